import { describe, expect, test } from "vitest";
import type { ObjectMaps } from "../../src/decode/objects/readout.ts";
import { type Tensor, tensor } from "../../src/tensor.ts";
import { type ObjectSteps, objectSteps, objectTap } from "../../src/verify/taps/objects.ts";
import { type CaseReport, type CaseRunner, verifyCase } from "../../src/verify/verifyCase.ts";
import { objectVariants } from "../decode/objectCases.ts";
import { readCommittedCase } from "./goldenFiles.ts";
import { type MadeTap, madeCase } from "./madeCase.ts";

/** Tolerances as the cases with photos state them. */
const TOLERANCE = {
  score: { absolute: 1e-5 },
  coordinate: { absolute: 2e-5, unit: "fraction of the image" },
};

/** A case with a photo has such outputs; here those of a made-up one, which has no network behind it. */
describe("the outputs of an exported detector", async () => {
  const decodeCase = await readCommittedCase("tf/decode_keypoints");
  const variant = objectVariants(decodeCase).find(({ name }) => name === "padded");
  if (!variant) throw new Error("no such variant");
  const { maps, settings, trueShape } = variant;
  const exact = objectSteps(maps, settings, trueShape);

  const outputs = variant.outputs.map((field): MadeTap => {
    const tap = decodeCase.taps.find(({ name }) => name === `padded/${field}`);
    if (!tap) throw new Error(`no ${field}`);
    const isClass = field === "detection_classes";
    const values = Float32Array.from(tap.values, (value) => (isClass ? value + 1 : value));
    return {
      name: `detections/${field}`,
      role: "output",
      shape: [...tap.shape],
      layout: "row-major",
      values,
    };
  });
  const { indices, scores } = exact.candidates;
  const candidates: MadeTap[] = [
    { name: "candidates/index", role: "output", shape: [150], layout: "row-major", values: indices },
    { name: "candidates/score", role: "output", shape: [150], layout: "row-major", values: scores },
  ];
  const golden = await madeCase([...outputs, ...candidates], TOLERANCE);

  const verify = (steps: ObjectSteps): Promise<CaseReport> => {
    const runner: CaseRunner<ObjectSteps> = {
      tapSource: (name) => ({ decoded: (decoded) => objectTap(name, decoded) }),
      run: async () => ({ values: new Map(), unfused: new Set(), decoded: steps }),
    };
    return verifyCase(golden, runner);
  };
  const verifyMaps = (changed: Partial<ObjectMaps>) => {
    return verify(objectSteps({ ...maps, ...changed }, settings, trueShape));
  };

  test("pass as they are, all ten", async () => {
    const { taps, pass } = await verify(exact);
    expect(taps.filter((tap) => tap.pass)).toHaveLength(10);
    expect(pass).toBe(true);
  });

  // Stronger noise would break up plateaus, whose cells are peaks only while they differ by less than 1e-6.
  test("pass under noise that makes rows change places", async () => {
    const centerHeatmap = withNoise(maps.centerHeatmap, 4e-7);
    const noisy = objectSteps({ ...maps, centerHeatmap }, settings, trueShape);
    expect(noisy.candidates.indices.subarray(0, 100)).not.toEqual(indices.subarray(0, 100));
    const { firstBeyond } = await verify(noisy);
    expect(firstBeyond).toBeUndefined();
  });

  test("fail under noise beyond the tolerance", async () => {
    const { pass } = await verifyMaps({ centerHeatmap: withNoise(maps.centerHeatmap, 1e-4) });
    expect(pass).toBe(false);
  });

  test("fail where boxes are off by more than the tolerance, in fractions and in cells", async () => {
    const boxOffset = shifted(maps.boxOffset, 0.002);
    const names = (await verifyMaps({ boxOffset })).taps.filter(({ pass }) => !pass).map(({ name }) => name);
    expect(names).toContain("detections/detection_boxes");
    expect(names).toContain("detections/detection_boxes_strided");
    expect((await verifyMaps({ boxOffset: shifted(maps.boxOffset, 1e-4) })).pass).toBe(true);
  });

  test("a few keypoints may be others, more may not", async () => {
    const keypoints = exact.decoded.keypoints;
    if (!keypoints) throw new Error("no keypoints");
    const withOthers = (count: number): ObjectSteps => {
      const y = keypoints.positions.y.map((position, i) => (i < count ? position + 0.5 : position));
      const positions = { ...keypoints.positions, y };
      return { ...exact, decoded: { ...exact.decoded, keypoints: { ...keypoints, positions } } };
    };
    expect((await verify(withOthers(5))).pass).toBe(true);
    expect((await verify(withOthers(6))).firstBeyond?.name).toBe("detections/detection_keypoints");
  });

  test("another class, and a detection too few", async () => {
    const { decoded } = exact;
    const classes = decoded.centers.classes.map((channel, row) => (row === 3 ? channel + 1 : channel));
    const centers = { ...decoded.centers, classes };
    const wrong = { ...exact, decoded: { ...decoded, centers, detected: decoded.detected.subarray(1) } };
    const failed = (await verify(wrong)).taps.filter(({ pass }) => !pass).map(({ name }) => name);
    expect(failed.sort()).toEqual(["detections/detection_classes", "detections/num_detections"]);
  });

  test("a case without candidates cannot be matched", async () => {
    const without = await madeCase(outputs, TOLERANCE);
    const runner: CaseRunner<ObjectSteps> = {
      tapSource: (name) => ({ decoded: (decoded) => objectTap(name, decoded) }),
      run: async () => ({ values: new Map(), unfused: new Set(), decoded: exact }),
    };
    const { firstBeyond } = await verifyCase(without, runner);
    expect(firstBeyond?.problem).toBe("the case has no candidates to match its rows by");
  });
});

function withNoise(map: Tensor, size: number): Tensor {
  return tensor(
    map.shape,
    map.data.map((value, i) => value * (1 + size * (((i * 7919) % 13) / 6 - 1))),
  );
}

function shifted(map: Tensor | undefined, shift: number): Tensor | undefined {
  return (
    map &&
    tensor(
      map.shape,
      map.data.map((value) => value + shift),
    )
  );
}
