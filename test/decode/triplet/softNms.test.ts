import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ScoredBox, SOFT_NMS, softNms } from "../../../src/decode/triplets/softNms.ts";
import { OWN_GOLDENS } from "../../support/goldens.ts";
import { tripletGolden } from "./tripletGoldens.ts";

interface SoftNmsCase {
  in: string;
  out: string;
  method: number;
  Nt: number;
  sigma: number;
  threshold: number;
  merge_weight_exp: number | null;
  kept: number;
}

const METHODS = ["hard", "linear", "gaussian"] as const;
const golden = await tripletGolden(join(OWN_GOLDENS, "triplet/decode/soft-nms"));
const cases = golden.facts.cases as SoftNmsCase[];

function boxesOf(name: string): ScoredBox[] {
  return golden.rows(name).map(([x1, y1, x2, y2, score, topLeftScore, bottomRightScore]) => {
    return { x1, y1, x2, y2, score, topLeftScore, bottomRightScore };
  });
}

function settingsOf({ method, Nt, sigma, threshold, merge_weight_exp }: SoftNmsCase) {
  const merging = merge_weight_exp === null ? {} : { mergeExponent: merge_weight_exp };
  return { method: METHODS[method], overlap: Nt, sigma, scoreThreshold: threshold, ...merging };
}

function toRow({ x1, y1, x2, y2, score, topLeftScore, bottomRightScore }: ScoredBox): number[] {
  return [x1, y1, x2, y2, score, topLeftScore, bottomRightScore];
}

describe("as the reference implementation", () => {
  // The C library's powf is off by one unit in the last place where Math.pow is not.
  const inexact = new Set<string>();
  test.each(cases)("$out", (softCase) => {
    const settings = { ...settingsOf(softCase), reproduceReference: true };
    const { boxes, kept } = softNms(boxesOf(softCase.in), settings);
    expect(kept).toBe(softCase.kept);
    const expected = golden.rows(softCase.out);
    const got = boxes.map(toRow);
    if (got.flat().some((value, i) => value !== expected.flat()[i])) inexact.add(softCase.out);
    for (const [row, values] of got.entries()) {
      for (const [column, value] of values.entries()) {
        const wanted = expected[row][column];
        expect(Math.abs(value - wanted)).toBeLessThanOrEqual(1.2e-7 * Math.abs(wanted));
      }
    }
  });

  test("bit for bit in all cases but one at most", () => {
    expect(inexact.size).toBeLessThanOrEqual(1);
  });
});

describe("as the paper means it", () => {
  test.each(cases.filter(({ merge_weight_exp }) => merge_weight_exp === null))(
    "$out: the rows that count, each with its own corners",
    (softCase) => {
      const input = boxesOf(softCase.in);
      const { boxes, kept } = softNms(input, settingsOf(softCase));
      const expected = golden.rows(softCase.out).slice(0, softCase.kept);
      expect(kept).toBe(boxes.length);
      expect(boxes.map((box) => toRow(box).slice(0, 5))).toEqual(expected.map((row) => row.slice(0, 5)));
      for (const { source, x1, topLeftScore, bottomRightScore } of boxes) {
        const { score: _, ...same } = input[source];
        expect(same).toMatchObject({ x1, topLeftScore, bottomRightScore });
      }
    },
  );

  const box = (x1: number, x2: number, score: number, corners = score): ScoredBox => {
    return { x1, y1: 0, x2, y2: 9, score, topLeftScore: corners, bottomRightScore: corners };
  };

  test("hard suppression leaves what it drops behind in the reference only", () => {
    const boxes = [box(0, 9, 0.9), box(1, 10, 0.8), box(50, 59, 0.7)];
    const hard = { ...SOFT_NMS, method: "hard" } as const;
    expect(softNms(boxes, hard).boxes.map(({ x1 }) => x1)).toEqual([0, 50]);
    const reference = softNms(boxes, { ...hard, reproduceReference: true });
    expect(reference.kept).toBe(2);
    expect(reference.boxes.map(({ x1 }) => x1)).toEqual([0, 50, 50]);
  });

  test("a merged box lies between those that it was merged from, nearer to the surer one", () => {
    const boxes = [box(4, 20, 0.5), box(0, 20, 0.9)];
    const [merged] = softNms(boxes, { ...SOFT_NMS, mergeExponent: 1 }).boxes;
    expect(merged.x1).toBeGreaterThan(0);
    expect(merged.x1).toBeLessThan(2);
    expect(merged.source).toBe(1);
    expect(boxes[0]).toEqual(box(4, 20, 0.5));
  });
});
