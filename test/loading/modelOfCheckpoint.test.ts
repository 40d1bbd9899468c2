import { expect, test } from "vitest";
import type { ModelEvidence, NamedCheckpoint } from "../../src/checkpoints/names/nameParameters.ts";
import { ModelError } from "../../src/errors.ts";
import { modelOfCheckpoint } from "../../src/loading/modelOfCheckpoint.ts";
import { parameterShapes } from "../../src/loading/readWeights.ts";
import { modelNamed } from "../../src/models/models.ts";

type Shapes = ReadonlyMap<string, readonly number[]>;

/** A file of a model's variables that does not say which model it is. */
function fileOf(shapes: Shapes, evidence: ModelEvidence): NamedCheckpoint {
  return {
    format: "torch",
    where: "file",
    metadata: new Map(),
    evidence,
    variables: new Map([...shapes].map(([name, shape]) => [name, { dtype: "F32", shape, byteLength: 0 }])),
    read: () => Promise.reject(new Error("nothing is read here")),
  };
}

/** The same variables, but those of a layer have other output channels. */
function withOutputs(shapes: Shapes, layer: string, outputs: number): Shapes {
  return new Map(
    [...shapes].map(([name, shape]) => [
      name,
      name.startsWith(`${layer}.`) ? [...shape.slice(0, -1), outputs] : shape,
    ]),
  );
}

const without = (shapes: Shapes, scope: string): Shapes =>
  new Map([...shapes].filter(([name]) => !name.includes(scope)));

const modelIn = (file: NamedCheckpoint) => modelOfCheckpoint(file).model.name;

test.each([
  ["centernet-52", "triplets"],
  ["centernet-104", "triplets"],
  ["ctdet_coco_hg", "objectsAsPoints"],
  ["multi_pose_hg_3x", "objectsAsPoints"],
] as const)("the variables of %s show it, no name does", (name, family) => {
  const shapes = parameterShapes(modelNamed(name));
  expect(modelOfCheckpoint(fileOf(shapes, { family }))).toEqual({ model: expect.anything(), notes: [] });
  expect(modelIn(fileOf(shapes, { family }))).toBe(name);
  const renamed = { ...fileOf(shapes, { family }), where: "folder/CenterNet-52_480000.pkl" };
  const notes = name === "centernet-52" ? [] : [`the name says centernet-52, the file holds ${name}`];
  expect(modelOfCheckpoint(renamed).notes).toEqual(notes);
});

test.each([
  ["ctdet_coco_dla_2x", "dlaPoints"],
  ["multi_pose_dla_3x", "dlaPoints"],
  ["ctdet_pascal_dla_512", "dlaPoints"],
  ["ctdet_coco_resdcn18", "resnetPoints"],
  ["ctdet_coco_resdcn101", "resnetPoints"],
] as const)(
  "the variables of %s show it; among models of its network the file's name decides",
  (name, family) => {
    const file = fileOf(parameterShapes(modelNamed(name)), { family });
    expect(modelOfCheckpoint(file)).toEqual({ model: expect.anything(), notes: [] });
    expect(modelIn(file)).toBe(name);
    const sibling = name.replace("2x", "1x").replace("3x", "1x").replace("512", "384");
    expect(modelIn({ ...file, where: `folder/${sibling}.pth` })).toBe(sibling);
    const renamed = { ...file, where: "folder/ctdet_coco_hg.pth" };
    expect(modelOfCheckpoint(renamed).notes).toEqual([`the name says ctdet_coco_hg, the file holds ${name}`]);
  },
);

test("objects as points of other classes are a model of their own, with other heads they are refused", () => {
  const published = parameterShapes(modelNamed("ctdet_coco_resdcn18"));
  const other = withOutputs(published, "heads.center.out", 3);
  expect(modelIn(fileOf(other, { family: "resnetPoints" }))).toBe("objects-as-points");
  // Converted, they keep the name but have no other evidence.
  expect(modelIn(fileOf(other, { model: "objects-as-points" }))).toBe("objects-as-points");
  const sizePerClass = withOutputs(published, "heads.boxSize.out", 160);
  for (const shapes of [sizePerClass, without(published, "heads.boxOffset")]) {
    expect(modelIn(fileOf(shapes, { family: "resnetPoints" }))).toBe("objects-as-points");
  }
  for (const shapes of [
    withOutputs(published, "heads.boxSize.out", 158),
    withOutputs(published, "heads.boxOffset.out", 160),
    without(published, "backbone.stage3"),
  ]) {
    expect(() => modelOfCheckpoint(fileOf(shapes, { family: "resnetPoints" }))).toThrow(
      "expected Objects as Points on DLA-34 or a ResNet",
    );
  }
});

test("how images are prepared is a choice of some models only", () => {
  const file = fileOf(parameterShapes(modelNamed("ctdet_coco_resdcn18")), { family: "resnetPoints" });
  const preparation = { keepResolution: true };
  expect(modelOfCheckpoint(file, undefined, { preparation }).model.sizedByImage).toBe(true);
  const hourglass = fileOf(parameterShapes(modelNamed("ctdet_coco_hg")), { family: "objectsAsPoints" });
  expect(() => modelOfCheckpoint(hourglass, undefined, { preparation })).toThrow(
    "option keepResolution: expected a model of Objects as Points on DLA-34 or a ResNet, got ctdet_coco_hg",
  );
});

test("triplets of other classes or fewer blocks are a model of their own", () => {
  const published = parameterShapes(modelNamed("centernet-104"));
  for (const shapes of [
    withOutputs(published, "heads.topLeft.heatmap.out", 20),
    without(published, "backbone.stack0.level4.skip.1"),
  ]) {
    expect(modelIn(fileOf(shapes, { family: "triplets" }))).toBe("centernet-triplets");
    // Converted, they keep the name but have no other evidence.
    expect(modelIn(fileOf(shapes, { model: "centernet-triplets" }))).toBe("centernet-triplets");
  }
});

test("objects as points on another hourglass, or with other heads, are refused", () => {
  const boxes = parameterShapes(modelNamed("ctdet_coco_hg"));
  for (const shapes of [
    withOutputs(boxes, "heads.center.out", 20),
    without(boxes, "backbone.stack1"),
    withOutputs(boxes, "backbone.stem.conv", 64),
  ]) {
    const decide = () => modelOfCheckpoint(fileOf(shapes, { family: "objectsAsPoints" }));
    expect(decide).toThrow(ModelError);
    expect(decide).toThrow(
      "expected objects as points on the hourglass of ctdet_coco_hg or multi_pose_hg_3x, got variables of another",
    );
  }
});

test("variables that show no whole network, and a file that says nothing, are of no known model", () => {
  const shapes = without(parameterShapes(modelNamed("centernet-104")), "backbone.stem");
  for (const evidence of [{ family: "triplets" as const }, {}]) {
    expect(() => modelOfCheckpoint(fileOf(shapes, evidence))).toThrow(
      "expected weights of a model known here, got a torch file that does not say its model. Say which",
    );
  }
});

test("the name that a file gives decides only if its variables show nothing", () => {
  expect(modelIn(fileOf(new Map(), { model: "movenet-thunder" }))).toBe("movenet-thunder");
  expect(() => modelIn(fileOf(new Map(), { model: "movenet-thundr" }))).toThrow(
    "Did you mean movenet-thunder",
  );
});
