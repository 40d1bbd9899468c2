import { describe, expect, test } from "vitest";
import { describeGraph } from "../../src/analysis/describe.ts";
import type { Detection } from "../../src/detection.ts";
import { checkTestTimeOptions } from "../../src/detectOptions.ts";
import { pointsOfVariables } from "../../src/loading/pointsOfVariables.ts";
import { modelNamed } from "../../src/models/models.ts";
import { unpublishedPoints } from "../../src/models/objectsAsPoints/objectsAsPoints.ts";
import { POINTS_NETWORKS } from "../../src/models/objectsAsPoints/pointsNetwork.ts";
import { shapeOf, type Tensor, tensor } from "../../src/tensor.ts";

const WIDTH = 150;
const HEIGHT = 90;
const PHOTO = { width: WIDTH, height: HEIGHT, data: new Uint8Array(WIDTH * HEIGHT * 3).fill(200) };
/** The canvas is 256 x 128 and the photo's first pixel lies at (53, 19). */
const [LEFT, TOP] = [128 - 75, 64 - 45];

/** Maps of that canvas, zero but for these elements. */
function maps(
  channels: Readonly<Record<string, number>>,
  set: (map: (name: string) => (y: number, x: number, c: number, value: number) => void) => void,
) {
  const outputs: Record<string, Tensor> = {};
  for (const [name, count] of Object.entries(channels)) outputs[name] = tensor(shapeOf(32, 64, count));
  set((name) => (y, x, c, value) => {
    outputs[name].data[(y * 64 + x) * channels[name] + c] = value;
  });
  return outputs;
}

function found(name: string, outputs: Readonly<Record<string, Tensor>>): readonly Detection[] {
  const model = modelNamed(name);
  const { views, combine } = model.views(PHOTO, { size: model.defaultSize, constants: new Map() }, {});
  return combine([views[0].decode(outputs)]).detections;
}

test("a photo lies in the middle of the next multiples of 128, as it is", () => {
  const model = modelNamed("ctdet_coco_hg");
  const { views } = model.views(PHOTO, { size: model.defaultSize, constants: new Map() }, {});
  expect(views).toHaveLength(1);
  expect(views[0].size).toEqual({ width: 256, height: 128 });
  const { image } = views[0].inputs();
  expect(image.shape).toEqual([1, 128, 256, 3]);
  const lit = Array.from({ length: 128 * 256 }, (_, pixel) => pixel).filter(
    (pixel) => image.data[pixel * 3 + 1] > 0,
  );
  expect(lit).toHaveLength(WIDTH * HEIGHT);
  expect(lit[0]).toBe(TOP * 256 + LEFT);
  expect(lit.at(-1)).toBe((TOP + HEIGHT - 1) * 256 + LEFT + WIDTH - 1);
  expect(image.data[lit[0] * 3]).toBe(200);
});

describe("detections", () => {
  const BOXES = { centerHeatmap: 80, boxSize: 2, boxOffset: 2 };

  test("are boxes around peaks, in pixels of the photo; one beside it is none", () => {
    const detections = found(
      "ctdet_coco_hg",
      maps(BOXES, (map) => {
        // Class 11 of 80 has the id 13, for 12 is not used.
        map("centerHeatmap")(16, 32, 11, 0.9);
        map("boxOffset")(16, 32, 0, 0.25);
        map("boxOffset")(16, 32, 1, 0.5);
        map("boxSize")(16, 32, 0, 4);
        map("boxSize")(16, 32, 1, 6);
        map("centerHeatmap")(1, 2, 0, 0.8);
        map("boxSize")(1, 2, 0, 2);
        map("boxSize")(1, 2, 1, 2);
      }),
    );
    expect(detections).toHaveLength(1);
    const [{ label, classId, score, box }] = detections;
    expect({ label, classId }).toEqual({ label: "stop sign", classId: 13 });
    expect(score).toBeCloseTo(0.9);
    expect(box.xmin).toBeCloseTo((32.5 - 3) * 4 - LEFT, 3);
    expect(box.xmax).toBeCloseTo((32.5 + 3) * 4 - LEFT, 3);
    expect(box.ymin).toBeCloseTo((16.25 - 2) * 4 - TOP, 3);
    expect(box.ymax).toBeCloseTo((16.25 + 2) * 4 - TOP, 3);
  });

  test("of people have joints: at the nearest peak inside the box, or where the center says", () => {
    const POSES = {
      ...BOXES,
      centerHeatmap: 1,
      keypointHeatmap: 17,
      keypointRegression: 34,
      keypointOffset: 2,
    };
    const detections = found(
      "multi_pose_hg_3x",
      maps(POSES, (map) => {
        map("centerHeatmap")(16, 32, 0, 0.9);
        map("boxSize")(16, 32, 0, 10);
        map("boxSize")(16, 32, 1, 8);
        // The nose at one cell above, and a peak one further up; an eye has none.
        map("keypointRegression")(16, 32, 0, -1);
        map("keypointHeatmap")(14, 32, 0, 0.7);
        map("keypointOffset")(14, 32, 1, 0.5);
        map("keypointRegression")(16, 32, 3, 2);
      }),
    );
    expect(detections).toHaveLength(1);
    const [{ label, keypoints = [] }] = detections;
    expect(label).toBe("person");
    expect(keypoints.map(({ name }) => name).slice(0, 2)).toEqual(["nose", "left_eye"]);
    expect(keypoints[0].x).toBeCloseTo(32.5 * 4 - LEFT, 3);
    expect(keypoints[0].y).toBeCloseTo(14 * 4 - TOP, 3);
    expect(keypoints[0].score).toBeCloseTo(0.7);
    expect(keypoints[1].x).toBeCloseTo(34 * 4 - LEFT, 3);
    expect(keypoints[1].y).toBeCloseTo(16 * 4 - TOP, 3);
  });
});

describe("a pair of mirror images", () => {
  const loaded = { size: { height: 512, width: 512 }, constants: new Map() };
  const POSES = {
    ...{ centerHeatmap: 1, boxSize: 2, boxOffset: 2 },
    ...{ keypointHeatmap: 17, keypointRegression: 34, keypointOffset: 2 },
  };
  /** A person at a column, with its left eye `toLeftEye` cells to the right, and its right one at the center. */
  const person = (column: number, eye: number, toEye: number, score: number) =>
    maps(POSES, (map) => {
      map("centerHeatmap")(16, column, 0, score);
      map("boxSize")(16, column, 0, 10);
      map("boxSize")(16, column, 1, 8);
      map("keypointRegression")(16, column, 2 * eye + 1, toEye);
    });

  test("agrees with the plain image where both say the same, joints changing sides", () => {
    const model = modelNamed("multi_pose_hg_3x");
    const [LEFT_EYE, RIGHT_EYE] = [1, 2];
    const { views, combine } = model.views(PHOTO, loaded, { flip: true });
    expect(views).toHaveLength(1);
    const [{ mirror, decode }] = views;
    if (!mirror) throw new Error("no mirror image");
    const plain = person(30, LEFT_EYE, 2, 0.9);
    const average = mirror.average(plain, person(63 - 30, RIGHT_EYE, -2, 0.5));
    const [both] = combine([decode(average)]).detections;
    const [alone] = found("multi_pose_hg_3x", plain);
    expect(both.score).toBeCloseTo(0.7);
    expect({ ...both, score: alone.score }).toEqual(alone);
  });

  test("is the image and the image turned round", () => {
    const photo = { width: 150, height: 90, data: Uint8Array.from({ length: 40_500 }, (_, i) => i % 251) };
    const [view] = modelNamed("ctdet_coco_hg").views(photo, loaded, { flip: true }).views;
    const { image } = view.inputs();
    if (!view.mirror) throw new Error("no mirror image");
    const { image: turned } = view.mirror.inputs();
    const [y, x] = [50, 60];
    expect(image.data[(y * 256 + x) * 3]).toBeGreaterThan(0);
    expect(turned.data[(y * 256 + 255 - x) * 3]).toBe(image.data[(y * 256 + x) * 3]);
  });

  test("what several scales find is joined: the same box twice becomes a weak second", () => {
    const { views, combine } = modelNamed("ctdet_coco_hg").views(PHOTO, loaded, { scales: [1, 2] });
    expect(views.map(({ size }) => size)).toEqual([
      { width: 256, height: 128 },
      { width: 384, height: 256 },
    ]);
    const box = (width: number, height: number, y: number, x: number, side: number, score: number) => {
      const [centerHeatmap, boxSize, boxOffset] = [80, 2, 2].map((channels) =>
        tensor(shapeOf(height / 4, width / 4, channels)),
      );
      const cell = y * (width / 4) + x;
      centerHeatmap.data[cell * 80] = score;
      boxSize.data.set([side, side], cell * 2);
      return { centerHeatmap, boxSize, boxOffset };
    };
    // (32 * 4 - 53) * 2 = 150 photo pixels are at 42 + 150 on the larger canvas.
    const outputs = [box(256, 128, 16, 32, 4, 0.9), box(384, 256, 32, 48, 8, 0.8)];
    const [first, second] = combine(views.map(({ decode }, i) => decode(outputs[i]))).detections;
    expect(first.score).toBeCloseTo(0.9);
    expect(second.score).toBeLessThan(0.2);
    for (const side of ["xmin", "ymin", "xmax", "ymax"] as const) {
      expect(Math.abs(first.box[side] - second.box[side])).toBeLessThan(2);
    }
  });
});

// Of the zoo's networks, whose figures are those of its exported checkpoints; other channels make the difference.
test.each([
  ["ctdet_coco_hg", "centernet_hg104_512x512_coco17_tpu-8", 90 - 80],
  ["multi_pose_hg_3x", "centernet_hg104_512x512_kpts_coco17_tpu-32", 90 - 1 + 34 - 2],
] as const)("%s costs as much as %s less %i channels of its heads", (name, zoo, channels) => {
  const size = { height: 512, width: 512 };
  const [mine, theirs] = [name, zoo].map((model) => describeGraph(modelNamed(model).graph(size)).totals);
  expect(theirs.trainableParameters - mine.trainableParameters).toBe(2 * channels * (256 + 1));
  expect(theirs.multiplyAdds - mine.multiplyAdds).toBe(128 * 128 * 256 * channels);
});

// The figures of the authors' code, without ImageNet's classifier, which the files of DLA-34 hold besides.
test.each([
  ["ctdet_coco_dla_2x", 19_675_892, 33.03],
  ["multi_pose_dla_3x", 20_112_346, 40.17],
  ["ctdet_coco_resdcn18", 14_437_349, 13.31],
  ["ctdet_coco_resdcn101", 49_673_189, 45.58],
  ["ctdet_pascal_dla_384", 19_660_472, 18.44],
  ["ctdet_pascal_resdcn18_384", 14_433_449, 7.45],
] as const)("%s has %i parameters and %f G multiply-adds", (name, parameters, multiplyAdds) => {
  const model = modelNamed(name);
  const { totals } = describeGraph(model.graph(model.defaultSize));
  expect(totals.trainableParameters).toBe(parameters);
  expect(totals.multiplyAdds / 1e9).toBeCloseTo(multiplyAdds, 1);
});

describe("a network on DLA-34", () => {
  const model = modelNamed("ctdet_coco_dla_2x");
  const loaded = { size: { height: 64, width: 64 }, constants: new Map() };
  const BOXES = { centerHeatmap: 80, boxSize: 2, boxOffset: 2 };
  const MAP = shapeOf(16, 16, 1);
  /** One object at column 8 and row 8 whose box reaches over the image's left edge. */
  const outputs = () => {
    const all = Object.entries(BOXES).map(([name, channels]) => [name, tensor(shapeOf(16, 16, channels))]);
    const { centerHeatmap, boxSize } = Object.fromEntries(all) as Record<string, Tensor>;
    const cell = 8 * MAP[2] + 8;
    centerHeatmap.data[cell * 80] = 0.9;
    boxSize.data.set([4, 20], cell * 2);
    return Object.fromEntries(all) as Record<string, Tensor>;
  };

  test("fits an image into its square, and keeps it at its own size if asked to", () => {
    const { views } = model.views(PHOTO, loaded, {});
    expect(views[0].size).toEqual({ height: 64, width: 64 });
    const own = model.prepared?.({ keepResolution: true });
    if (!own) throw new Error("it leaves no choice");
    expect(own.views(PHOTO, loaded, {}).views[0].size).toEqual({ height: 96, width: 160 });
    expect(own.sizedByImage).toBe(true);
  });

  test("clips boxes to the image, unless the original is to be reproduced", () => {
    const boxes = [false, true].map((reproduceReference) => {
      const { views, combine } = model.views(PHOTO, loaded, { reproduceReference });
      const [{ box }] = combine([views[0].decode(outputs())]).detections;
      return box;
    });
    const scale = WIDTH / 64;
    expect(boxes[0]).toMatchObject({ xmin: 0, xmax: WIDTH });
    expect(boxes[1].xmin).toBeCloseTo((8 - 10) * 4 * scale, 3);
    expect(boxes[1].xmax).toBeCloseTo((8 + 10) * 4 * scale, 3);
    expect(boxes[1].ymin).toBeCloseTo(boxes[0].ymin, 5);
  });

  test("normalizes pixels as the original's tests do, or as its demonstration does", () => {
    const [view] = model.views(PHOTO, loaded, {}).views;
    const [demo] = model.prepared?.({ pixelMeans: "demo" }).views(PHOTO, loaded, {}).views ?? [];
    const middle = (32 * 64 + 32) * 3;
    const valueIn = ({ image }: Readonly<Record<string, Tensor>>) => image.data[middle];
    expect(valueIn(view.inputs())).toBeCloseTo((200 / 255 - 0.40789654) / 0.28863828, 6);
    expect(valueIn(demo.inputs())).toBeCloseTo((200 / 255 - 0.408) / 0.289, 6);
    // Black beside it.
    expect(view.inputs().image.data[0]).toBeCloseTo(-0.40789654 / 0.28863828, 6);
  });
});

describe("several scales", () => {
  const model = modelNamed("ctdet_coco_hg");
  const loaded = { size: model.defaultSize, constants: new Map() };
  const scales = [1, 0.5];

  /** Many boxes of two classes, so that those of one scale overlap those of the other. */
  function crowded(height: number, width: number, seed: number): Readonly<Record<string, Tensor>> {
    let state = seed;
    const next = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    const heatmap = tensor(shapeOf(height, width, 80));
    const size = tensor(shapeOf(height, width, 2));
    const offset = tensor(shapeOf(height, width, 2));
    for (let cell = 0; cell < height * width; cell++) {
      heatmap.data[cell * 80 + (next() < 0.5 ? 0 : 3)] = next();
      size.data.set([4 + 12 * next(), 4 + 12 * next()], cell * 2);
      offset.data.set([next(), next()], cell * 2);
    }
    return { centerHeatmap: heatmap, boxSize: size, boxOffset: offset };
  }

  test("are merged by soft-NMS of each class: scores fall by exp(-overlap² / 0.5)", () => {
    const { views, combine } = model.views(PHOTO, loaded, { scales });
    const outputs = views.map(({ size }, index) => crowded(size.height / 4, size.width / 4, index + 1));
    const merged = [...combine(views.map((view, index) => view.decode(outputs[index]))).detections];
    merged.sort((a, b) => b.score - a.score);

    const single = scales.flatMap((scale, index) => {
      const { views, combine } = model.views(PHOTO, loaded, { scales: [scale] });
      return combine([views[0].decode(outputs[index])]).detections;
    });
    const expected = [1, 4].flatMap((classId) => {
      return plainSoftNms(single.filter((detection) => detection.classId === classId));
    });
    expected.sort((a, b) => b.score - a.score);
    expect(new Set(single.map(({ classId }) => classId))).toEqual(new Set([1, 4]));
    expect(single.length).toBeGreaterThan(100);
    expect(merged.length).toBeGreaterThan(50);
    expect(merged.length).toBe(expected.length);
    expect(merged.some(({ score }) => !single.some((other) => other.score === score))).toBe(true);
    for (const [index, { score, box, classId }] of merged.entries()) {
      expect(score).toBeCloseTo(expected[index].score, 6);
      expect({ box, classId }).toEqual({ box: expected[index].box, classId: expected[index].classId });
    }
  });

  test("need not have 1 among them, which the reference of the triplets alone requires", () => {
    const options = { scales: [0.5, 2], reproduceReference: true };
    expect(() => checkTestTimeOptions(model, options)).not.toThrow();
    const triplets = () => checkTestTimeOptions(modelNamed("centernet-52"), options);
    expect(triplets).toThrow("option scales: expected 1 among them");
  });
});

describe("files trained with --cat_spec_wh or --not_reg_offset", () => {
  const forms = [{ sizePerClass: true }, { noOffset: true }, { sizePerClass: true, noOffset: true }] as const;
  const CLASSES = 3;
  const CELLS = 128;

  test.each(forms)("are told by their heads: %o", (boxForm) => {
    const architecture = { ...POINTS_NETWORKS.res_18, classes: CLASSES, boxForm };
    const { parameters, outputs, nodes } = unpublishedPoints(architecture).graph({ height: 64, width: 64 });
    expect(pointsOfVariables(new Map(Object.entries(parameters)))).toEqual(architecture);
    const channels = nodes.find(({ name }) => name === outputs.boxSize)?.shape[3];
    expect(channels).toBe("sizePerClass" in boxForm ? 2 * CLASSES : 2);
    expect("boxOffset" in outputs).toBe(!("noOffset" in boxForm));
  });

  test.each(forms)(
    "have boxes by the class found, around the cell's middle without offsets: %o",
    (boxForm) => {
      const model = unpublishedPoints({ ...POINTS_NETWORKS.res_18, classes: CLASSES, boxForm });
      const sizes = "sizePerClass" in boxForm ? CLASSES : 1;
      const outputs: Record<string, Tensor> = {
        centerHeatmap: tensor(shapeOf(CELLS, CELLS, CLASSES)),
        boxSize: tensor(shapeOf(CELLS, CELLS, 2 * sizes)),
      };
      if (!("noOffset" in boxForm)) outputs.boxOffset = tensor(shapeOf(CELLS, CELLS, 2));
      outputs.boxOffset?.data.fill(0.25);
      const peaks = [
        { y: 60, x: 40, channel: 2 },
        { y: 64, x: 70, channel: 0 },
        { y: 70, x: 90, channel: 1 },
      ];
      for (const [index, { y, x, channel }] of peaks.entries()) {
        const cell = y * CELLS + x;
        outputs.centerHeatmap.data[cell * CLASSES + channel] = 0.9 - index / 10;
        for (let at = 0; at < 2 * sizes; at++) outputs.boxSize.data[cell * 2 * sizes + at] = 2 + at;
      }
      for (const explain of [false, true]) {
        const loaded = { size: model.defaultSize, constants: new Map() };
        const { views, combine } = model.views(PHOTO, loaded, { explain });
        const { detections } = combine([views[0].decode(outputs)]);
        expect(detections).toHaveLength(peaks.length);
        for (const [index, { box, classId }] of detections.entries()) {
          const { y, x, channel } = peaks[index];
          const [height, width] = sizes === 1 ? [2, 3] : [2 + 2 * channel, 3 + 2 * channel];
          const within = outputs.boxOffset ? 0.25 : 0.5;
          // The canvas is 512 x 512 and the photo's width fills it.
          const scale = (4 * WIDTH) / 512;
          expect(classId).toBe(channel + 1);
          expect(box.xmin).toBeCloseTo((x + within - width / 2) * scale, 3);
          expect(box.xmax).toBeCloseTo((x + within + width / 2) * scale, 3);
          expect(box.ymax - box.ymin).toBeCloseTo(height * scale, 3);
          expect((box.ymax + box.ymin) / 2 - HEIGHT / 2).toBeCloseTo((y + within - CELLS / 2) * scale, 3);
        }
      }
    },
  );
});

/** The definition, in float64: the best box that is left lowers all others of its class. Sides count one pixel more. */
function plainSoftNms(detections: readonly Detection[]): Detection[] {
  const rest = detections.map((detection) => ({ ...detection }));
  const kept: Detection[] = [];
  while (rest.length > 0) {
    rest.sort((a, b) => b.score - a.score);
    const best = rest.shift() as Detection;
    kept.push(best);
    for (const other of rest) {
      Object.assign(other, { score: other.score * Math.exp(-(overlap(best, other) ** 2) / 0.5) });
    }
    for (let index = rest.length - 1; index >= 0; index--)
      if (rest[index].score < 0.001) rest.splice(index, 1);
  }
  return kept;
}

function overlap({ box: a }: Detection, { box: b }: Detection): number {
  const width = Math.min(a.xmax, b.xmax) - Math.max(a.xmin, b.xmin) + 1;
  const height = Math.min(a.ymax, b.ymax) - Math.max(a.ymin, b.ymin) + 1;
  if (width <= 0 || height <= 0) return 0;
  const area = ({ xmin, ymin, xmax, ymax }: Detection["box"]) => (xmax - xmin + 1) * (ymax - ymin + 1);
  return (width * height) / (area(a) + area(b) - width * height);
}
