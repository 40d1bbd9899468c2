import { expect, test } from "vitest";
import { comparedWithPublished, type EvaluatedRun } from "../../src/evaluateModel/published.ts";
import type { Evaluation } from "../../src/evaluation/evaluate.ts";
import { MODELS, modelNamed } from "../../src/models/models.ts";

/** As many images as COCO 2017 val, with this average precision. */
const evaluationOf = (value: number, images = 5000) =>
  ({ rows: [{ value }], parameters: { imageIds: Array(images).fill(0) } }) as unknown as Evaluation;

function own(name: string, run: Partial<EvaluatedRun> & { keepRes?: boolean } = {}) {
  const { keepRes, ...others } = run;
  const plain = modelNamed(name);
  const model = keepRes ? (plain.prepared?.({ keepResolution: true }) ?? plain) : plain;
  const asked = { type: "boxes", size: model.defaultSize, ...others } as const;
  return comparedWithPublished(model, asked, evaluationOf(0.4), {}).filter((row) => row.isSameProtocol);
}

const TRIPLET_SCALES = [0.6, 1, 1.2, 1.5, 1.8];
const POINTS_SCALES = [0.5, 0.75, 1, 1.25, 1.5];
const KEYPOINTS = { type: "keypoints" } as const;
const FLIP = { flip: true };
const OWN = { keepRes: true };

/** The figures of the zoo's table, of the triplets' README and paper, and of the model zoo of Objects as Points. */
const PUBLISHED: readonly [string, Parameters<typeof own>[1], number | undefined][] = [
  ["centernet_hg104_512x512_coco17_tpu-8", {}, 41.9],
  ["centernet_hg104_512x512_kpts_coco17_tpu-32", {}, 40.0],
  ["centernet_hg104_512x512_kpts_coco17_tpu-32", KEYPOINTS, 61.4],
  ["centernet_hg104_1024x1024_coco17_tpu-32", {}, 44.5],
  ["centernet_hg104_1024x1024_kpts_coco17_tpu-32", {}, 42.8],
  ["centernet_hg104_1024x1024_kpts_coco17_tpu-32", KEYPOINTS, 64.5],
  ["centernet_resnet50_v1_fpn_512x512_coco17_tpu-8", {}, 31.2],
  ["centernet_resnet50_v1_fpn_512x512_kpts_coco17_tpu-8", {}, 29.3],
  ["centernet_resnet50_v1_fpn_512x512_kpts_coco17_tpu-8", KEYPOINTS, 50.7],
  ["centernet_resnet101_v1_fpn_512x512_coco17_tpu-8", {}, 34.2],
  ["centernet_resnet50_v2_512x512_coco17_tpu-8", {}, 29.5],
  ["centernet_resnet50_v2_512x512_kpts_coco17_tpu-8", {}, 27.6],
  ["centernet_resnet50_v2_512x512_kpts_coco17_tpu-8", KEYPOINTS, 48.2],
  ["centernet_mobilenetv2fpn_512x512_coco17_od", {}, 23.4],
  ["centernet_mobilenetv2fpn_512x512_coco17_kpts", KEYPOINTS, 41.7],
  ["centernet_mobilenetv2fpn_512x512_coco17_kpts", {}, undefined],
  ["centernet_resnet50_v2_512x512_coco17_tpu-8", { size: { height: 640, width: 640 } }, undefined],
  ["centernet-52", FLIP, 41.6],
  ["centernet-52", { ...FLIP, scales: TRIPLET_SCALES }, 43.5],
  ["centernet-104", FLIP, 44.9],
  ["centernet-104", { ...FLIP, scales: [...TRIPLET_SCALES].reverse() }, 47.0],
  ["centernet-104", {}, undefined],
  ["centernet-104", { ...FLIP, scales: [0.6, 1] }, undefined],
  ["ctdet_coco_hg", {}, 40.3],
  ["ctdet_coco_hg", FLIP, 42.2],
  ["ctdet_coco_hg", { ...FLIP, scales: POINTS_SCALES }, 45.1],
  ["multi_pose_hg_3x", { ...KEYPOINTS, ...FLIP }, 64.0],
  ["multi_pose_hg_3x", KEYPOINTS, undefined],
  ["ctdet_coco_dla_2x", OWN, 37.4],
  ["ctdet_coco_dla_2x", {}, undefined],
  ["ctdet_coco_dla_2x", { ...OWN, ...FLIP }, 39.2],
  ["ctdet_coco_dla_2x", { ...OWN, ...FLIP, scales: POINTS_SCALES }, 41.7],
  ["ctdet_coco_dla_1x", OWN, 36.3],
  ["ctdet_coco_resdcn101", { ...OWN, ...FLIP }, 36.2],
  ["ctdet_coco_resdcn18", { ...OWN, ...FLIP, scales: POINTS_SCALES }, 33.2],
  ["multi_pose_dla_3x", { ...KEYPOINTS, ...FLIP, ...OWN }, 58.9],
  ["multi_pose_dla_1x", { ...KEYPOINTS, ...FLIP, ...OWN }, 54.7],
  ["ctdet_pascal_dla_512", FLIP, 80.7],
  ["movenet-multipose", {}, undefined],
];

test.each(PUBLISHED)("%s with %j is published as %s", (name, run, figure) => {
  expect(own(name, run).map(({ published }) => published)).toEqual(figure === undefined ? [] : [figure]);
});

test("the figures that the list of models shows are among them", () => {
  for (const { published } of MODELS) {
    if (!published?.protocols) continue;
    const { boxes, keypoints, protocols } = published;
    if (boxes !== undefined) expect(protocols.map((row) => row.boxes)).toContain(boxes);
    if (keypoints !== undefined) expect(protocols.map((row) => row.keypoints)).toContain(keypoints);
  }
});

test("a difference is given for all images of COCO 2017 val and COCO's parameters only", () => {
  const model = modelNamed("centernet_resnet50_v2_512x512_coco17_tpu-8");
  const run = { type: "boxes", size: model.defaultSize } as const;
  const [row] = comparedWithPublished(model, run, evaluationOf(0.294), {});
  expect(row.difference).toBeCloseTo(-0.1, 9);
  const [few] = comparedWithPublished(model, run, evaluationOf(0.294, 12), { imageIds: [1] });
  expect(few).toMatchObject({ why: "it was measured on all 5000 images of COCO 2017 val; these are 12" });
  const [other] = comparedWithPublished(model, run, evaluationOf(0.294), { classAgnostic: true });
  expect(other).toMatchObject({ why: "it was measured with COCO's own parameters" });
  const triplets = modelNamed("centernet-104");
  const [server] = comparedWithPublished(
    triplets,
    { ...run, flip: true, size: triplets.defaultSize },
    evaluationOf(0.45),
    {},
  );
  expect(server.why).toMatch(/^it was measured on COCO test-dev, whose annotations/);
  expect([few, other, server].map(({ difference }) => difference)).toEqual([undefined, undefined, undefined]);
});
