import { describe, expect, test } from "vitest";
import type { Detector } from "../../src/detect.ts";
import type { Detection } from "../../src/detection.ts";
import type { DetectOptions } from "../../src/detectOptions.ts";
import { ImageError, ModelError } from "../../src/errors.ts";
import { evaluateDetector } from "../../src/evaluateModel/evaluateDetector.ts";
import { evaluate } from "../../src/evaluation/evaluate.ts";
import { annotationsOf } from "../../src/evaluation/reading/annotations.ts";
import { readResults } from "../../src/evaluation/reading/results.ts";
import { jsonLine } from "../../src/formats/jsonFrame.ts";
import { modelNamed } from "../../src/models/models.ts";

const image = (id: number, file_name: string) => ({ id, file_name, width: 100, height: 80 });
const truth = (id: number, image_id: number, category_id: number, bbox: number[], more = {}) => ({
  ...{ id, image_id, category_id, bbox, area: bbox[2] * bbox[3], iscrowd: 0, ...more },
});
const FILE = {
  images: [image(4, "a/one.jpg"), image(2, "b/two.jpg"), image(9, "b/three.jpg")],
  // The ids are none of COCO's.
  categories: [
    { id: 30, name: "Dog" },
    { id: 7, name: "person" },
  ],
  annotations: [
    truth(1, 4, 30, [10, 10, 20, 20]),
    truth(2, 2, 7, [0, 0, 50, 40]),
    truth(3, 9, 7, [5, 5, 40, 40]),
  ],
};
const annotations = annotationsOf(FILE, { name: "a.json" });

/** A third as a float32, whose digits a rounded line would lose. */
const THIRD = Math.fround(1 / 3);
const found = (label: string, classId: number, score: number, [x, y, w, h]: number[]): Detection => ({
  ...{ label, classId, score, box: { xmin: x, ymin: y, xmax: x + w, ymax: y + h } },
});

const TIMES = { load: 0, decode: 0, preprocess: 0, network: 0, postprocess: 0 };

/** A detector of what the test says, under the model's name. */
function detectorOf(
  name: string,
  find: (path: string, options: DetectOptions) => Detection[] | Promise<Detection[]>,
): Detector {
  const model = modelNamed(name);
  return {
    network: { model, inputSize: model.defaultSize },
    async detect(path: string, options: DetectOptions) {
      const detections = await find(path, options);
      return { model: name, detections, times: TIMES, leftOut: {} };
    },
  } as unknown as Detector;
}

const POINTS = "ctdet_coco_hg";
const boxes = (path: string) => {
  if (path === "a/one.jpg")
    return [found("dog", 18, 0.9, [10, 10, 20, 20 + THIRD]), found("cat", 17, 0.8, [0, 0, 9, 9])];
  return [found("person", 1, path === "b/two.jpg" ? THIRD : 0.2, [0, 0, 50, 40])];
};
const byName = ({ fileName }: { fileName: string }) => fileName;

test("a detector is evaluated as the lines of detect --json that it writes", async () => {
  const lines: string[] = [];
  const asked: DetectOptions[] = [];
  const detector = detectorOf(POINTS, (path, options) => {
    asked.push(options);
    return boxes(path);
  });
  const outcome = await evaluateDetector(detector, annotations, byName, {
    flip: true,
    onImage: (record, done, all) => {
      lines.push(`${jsonLine(record)}\n`);
      expect([done, all]).toEqual([lines.length, 3]);
    },
  });
  const later = evaluate(
    annotations,
    await readResults(new TextEncoder().encode(lines.join("")), annotations, { type: "boxes" }),
  );
  for (const key of ["precision", "recall", "scores", "rows"] as const)
    expect(outcome[key]).toEqual(later[key]);
  expect(outcome.scores).toContain(THIRD);
  expect(asked[0]).toMatchObject({ score: 0, max: 100, flip: true, where: "a/one.jpg" });
  expect(outcome.notes).toEqual([
    "3 detections given the annotations' category id by the class's name (dog 18 to 30, person 1 to 7)",
    "1 detection of classes that the annotations do not have (cat): left out",
  ]);
  expect(outcome.published.filter((row) => row.isSameProtocol)).toMatchObject([{ published: 42.2 }]);
});

test("missing images are not evaluated, and those that fail count as without detections", async () => {
  const detector = detectorOf(POINTS, (path) => {
    if (path === "b/two.jpg") throw new ImageError({ where: path, expected: "an image", got: "text" });
    return boxes(path);
  });
  const imageOf = ({ fileName }: { fileName: string }) => (fileName === "b/three.jpg" ? undefined : fileName);
  const { notes, failed, missing, parameters, rows } = await evaluateDetector(detector, annotations, imageOf);
  expect({ failed, missing, ids: parameters.imageIds }).toEqual({
    failed: ["b/two.jpg"],
    missing: ["b/three.jpg"],
    ids: [2, 4],
  });
  expect(notes).toContain("1 image failed: evaluated as without detections");
  expect(notes).toContain("1 image of 3 missing, such as b/three.jpg: not evaluated");
  // The dog is found, the person of the image that failed is not.
  expect(rows.find(({ name }) => name === "AP50")?.value).toBeCloseTo(0.5, 9);
});

test("what is beyond the authors' limit of boxes is told", async () => {
  const detector = detectorOf(POINTS, boxes);
  const find = detector.detect.bind(detector);
  detector.detect = async (...args) => {
    const best = { label: "dog", score: 0.1 };
    return { ...(await find(...args)), leftOut: { max: { count: 5, best } } };
  };
  const { notes } = await evaluateDetector(detector, annotations, byName);
  expect(notes).toContain("more than 100 boxes in 3 images: the best 100 count, as in the authors' tests");
  expect(notes.join()).not.toMatch(/--max/);
});

test("only the chosen images are detected", async () => {
  const seen: string[] = [];
  const detector = detectorOf(POINTS, (path) => {
    seen.push(path);
    return boxes(path);
  });
  const { notes } = await evaluateDetector(detector, annotations, byName, { imageIds: [2] });
  expect(seen).toEqual(["b/two.jpg"]);
  expect(notes.join()).not.toMatch(/without a line|missing/);
});

const keypoints = (count: number) => ({ keypoints: Array(3 * count).fill(2), num_keypoints: count });
const withKeypoints = (count: number) =>
  annotationsOf(
    { ...FILE, annotations: [truth(1, 4, 7, [1, 1, 9, 9], keypoints(count))] },
    { name: "k.json" },
  );

describe("what is evaluated", () => {
  const pose: Detection = {
    ...found("person", 1, 0.5, [1, 1, 9, 9]),
    keypoints: Array.from({ length: 17 }, (_, i) => ({ name: `${i}`, x: 2, y: 2, score: 0.1 })),
  };

  test("is keypoints if model and annotations have them, and boxes if asked for", async () => {
    const detector = detectorOf("multi_pose_hg_3x", (path) => (path === "a/one.jpg" ? [pose] : []));
    const poses = await evaluateDetector(detector, withKeypoints(17), byName);
    expect([poses.parameters.type, poses.rows[0].value]).toEqual(["keypoints", 1 - 2 ** -52]);
    const asBoxes = await evaluateDetector(detector, withKeypoints(17), byName, { type: "boxes" });
    expect([asBoxes.parameters.type, asBoxes.rows.length]).toEqual(["boxes", 12]);
    const plain = await evaluateDetector(detector, annotations, byName);
    expect(plain.parameters.type).toBe("boxes");
  });

  test.each([
    [
      "centerface",
      annotations,
      {},
      /^model centerface: expected a model with a class of a\.json \(Dog, person\), got one that finds face\.$/,
    ],
    [
      "movenet-lightning",
      annotations,
      {},
      /^model movenet-lightning: expected annotations with keypoints, got a\.json, which has none\. COCO's are in/,
    ],
    [
      "movenet-lightning",
      withKeypoints(17),
      { type: "boxes" },
      /expected a model that finds boxes, got boxes derived from keypoints\.$/,
    ],
    ["movenet-lightning", withKeypoints(5), {}, /expected a model of 5 keypoints, as k\.json has, got 17\.$/],
    [
      POINTS,
      withKeypoints(17),
      { type: "keypoints" },
      /expected a model of 17 keypoints, as k\.json has, got one without\.$/,
    ],
    [
      "movenet-multipose",
      annotations,
      { flip: true },
      /^option flip: expected a model that supports it, got movenet-multipose\./,
    ],
  ] as const)("%s is refused", async (name, truths, options, message) => {
    const detector = detectorOf(name, () => {
      throw new Error("nothing may be detected");
    });
    await expect(evaluateDetector(detector, truths, byName, options)).rejects.toThrow(message);
  });
});

test("images without a name of their own, or without any file, are refused", async () => {
  const detector = detectorOf(POINTS, boxes);
  const twins = annotationsOf(
    { ...FILE, images: [image(4, "x.jpg"), image(2, "x.jpg")] },
    { name: "a.json" },
  );
  await expect(evaluateDetector(detector, twins, byName)).rejects.toThrow(
    /^a\.json: image 2: expected a file_name of its own, got x\.jpg, as image 4 has\.$/,
  );
  const unnamed = annotationsOf({ ...FILE, images: [{ id: 4 }] }, { name: "a.json" });
  await expect(evaluateDetector(detector, unnamed, byName)).rejects.toThrow(
    /^a\.json: image 4: expected a file_name, got none\.$/,
  );
  await expect(evaluateDetector(detector, annotations, () => undefined)).rejects.toThrow(
    /^images: expected at least one of the images of a\.json, got none, not even a\/one\.jpg\.$/,
  );
});

test("an abort and an error of the model end it at once", async () => {
  const stop = new AbortController();
  const reason = new Error("stop");
  const seen: string[] = [];
  const detector = detectorOf(POINTS, (path) => {
    seen.push(path);
    return boxes(path);
  });
  const onImage = () => stop.abort(reason);
  await expect(
    evaluateDetector(detector, annotations, byName, { onImage, signal: stop.signal }),
  ).rejects.toBe(reason);
  expect(seen).toEqual(["a/one.jpg"]);
  const broken = detectorOf(POINTS, () => {
    throw new ModelError({ where: "model", expected: "finite numbers", got: "NaN" });
  });
  await expect(evaluateDetector(broken, annotations, byName)).rejects.toThrow(/got NaN/);
});

test("options are checked before anything is detected", async () => {
  const detector = detectorOf(POINTS, () => {
    throw new Error("it ran");
  });
  const wrong = evaluateDetector(detector, annotations, byName, { maxDetections: [1.5, 10, 100] });
  await expect(wrong).rejects.toThrow(/maxDetections: expected at least three positive integers/);
});
