import { describe, expect, test } from "vitest";
import { decodeMultiPose } from "../../src/decode/poses/multiPose.ts";
import { decodeSinglePose } from "../../src/decode/poses/singlePose.ts";
import { compare, EXACT } from "../../src/verify/compare.ts";
import { movenetTapSource } from "../../src/verify/taps/movenet.ts";
import {
  decodeGolden,
  MOVENET_CASES,
  MULTIPOSE_CONSTANTS,
  multiPoseMaps,
  readCommittedCase,
  singlePoseConstants,
  singlePoseMaps,
} from "../verify/goldenFiles.ts";

/** Where the test's own table of weights is a float16 step off the file's (see singlePoseConstants). */
const THUNDER_TABLE = { absolute: 0, relative: 2 ** -10 };

describe.each(MOVENET_CASES)("decoding the golden heads of %s", async (name) => {
  const golden = await readCommittedCase(name);
  const steps = decodeGolden(golden);
  const decoded = golden.taps.filter(({ role }) => role === "decode" || role === "output");

  test.each(decoded.map((tap) => [tap.name, tap] as const))("%s equals the original's bits", (_, tap) => {
    const source = movenetTapSource(tap.name);
    if (!source || !("decoded" in source)) throw new Error(`no decode step for ${tap.name}`);
    const values = source.decoded(steps)?.values ?? [];
    const isTable = golden.model === "movenet-thunder" && tap.name === "decode.center_weighted";
    const { worst, pass } = compare(tap, values, isTable ? THUNDER_TABLE : EXACT);
    expect(pass, JSON.stringify(worst)).toBe(true);
  });
});

test("several persons: the rows of the golden output as poses", async () => {
  const golden = await readCommittedCase("tfjs/movenet-multipose/people-192x256");
  const poses = decodeMultiPose(multiPoseMaps(golden), MULTIPOSE_CONSTANTS);
  const rows = golden.taps.find(({ name }) => name === "output")?.values ?? [];
  expect(poses).toHaveLength(6);
  poses.forEach((pose, person) => {
    const row = Array.from(rows.slice(person * 56, person * 56 + 56));
    expect(pose.keypoints).toHaveLength(17);
    expect(pose.keypoints[5]).toEqual({ y: row[15], x: row[16], score: row[17] });
    expect(pose.box).toEqual({ ymin: row[51], xmin: row[52], ymax: row[53], xmax: row[54] });
    expect(pose.score).toBe(row[55]);
  });
  expect(poses.filter(({ score }) => score >= 0.2)).toHaveLength(3);
});

test("one person: score and box are derived from the keypoints", async () => {
  const golden = await readCommittedCase("tfjs/movenet-lightning/grace-hopper");
  const pose = decodeSinglePose(singlePoseMaps(golden), singlePoseConstants(48));
  const rows = Array.from(golden.taps.find(({ name }) => name === "output")?.values ?? []);
  const column = (axis: number) => rows.filter((_, i) => i % 3 === axis);
  expect(pose.keypoints.flatMap(({ y, x, score }) => [y, x, score])).toEqual(rows);
  expect(pose.score).toBeCloseTo(column(2).reduce((sum, score) => sum + score, 0) / 17, 12);
  expect(pose.box.ymin).toBe(Math.min(...column(0)));
  expect(pose.box.xmin).toBe(Math.min(...column(1)));
  expect(pose.box.ymax).toBe(Math.max(...column(0)));
  expect(pose.box.xmax).toBe(Math.max(...column(1)));
});
