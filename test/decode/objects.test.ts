import { describe, expect, test } from "vitest";
import { type DecodedObjects, decodeObjects } from "../../src/decode/objects/objects.ts";
import { compare, EXACT } from "../../src/verify/compare.ts";
import type { GoldenCase } from "../../src/verify/goldenCase.ts";
import { readCommittedCase } from "../verify/goldenFiles.ts";
import { objectVariants } from "./objectCases.ts";

/** The original computes the sigmoid with a rational approximation. */
const SCORE = { absolute: 2e-7 };

const CASES = [
  ["tf/decode_boxes", 13],
  ["tf/decode_keypoints", 31],
  ["tf/decode_edges", 12],
] as const;

describe.each(CASES)("%s", async (name, count) => {
  const golden = await readCommittedCase(name);
  const variants = objectVariants(golden);

  test(`has ${count} variants`, () => expect(variants).toHaveLength(count));

  test.each(variants.map((variant) => [variant.name, variant] as const))("%s", (_, variant) => {
    const decoded = decodeObjects(variant.maps, variant.settings, variant.trueShape);
    for (const field of variant.outputs) {
      const tap = tapOf(golden, `${variant.name}/${field}`);
      const values = fieldOf(
        decoded,
        field,
        tap.shape[1] ?? 1,
        variant.settings.postProcessing !== undefined,
      );
      const { worst, pass } = compare(tap, values, field.endsWith("scores") ? SCORE : EXACT);
      expect([field, values.length, pass, pass || worst]).toEqual([field, tap.values.length, true, true]);
    }
  });
});

function tapOf(golden: GoldenCase, name: string) {
  const tap = golden.taps.find((candidate) => candidate.name === name);
  if (!tap) throw new Error(`${golden.name} has no tap ${name}`);
  return tap;
}

/** As the original's output: after non-maximum suppression the rows that it keeps, then zeros. */
function fieldOf(
  decoded: DecodedObjects,
  field: string,
  rows: number,
  suppressed: boolean,
): ArrayLike<number> {
  if (field === "num_detections") return [suppressed ? decoded.detected.length : decoded.peakCount];
  const values = wholeFieldOf(decoded, field);
  if (!suppressed) return values;
  const columns = values.length / decoded.scores.length;
  const kept = new Float32Array(rows * columns);
  decoded.detected.forEach((row, i) => {
    for (let column = 0; column < columns; column++)
      kept[i * columns + column] = values[row * columns + column];
  });
  return kept;
}

function wholeFieldOf(decoded: DecodedObjects, field: string): ArrayLike<number> {
  switch (field) {
    case "detection_scores":
      return decoded.scores;
    case "detection_multiclass_scores":
      return decoded.centers.multiclassScores ?? [];
    case "detection_classes":
      return decoded.centers.classes;
    case "detection_boxes":
      return decoded.boxes;
    case "detection_boxes_strided":
      return decoded.boxesInCells ?? [];
    case "detection_keypoints": {
      const { y = [], x = [] } = decoded.keypoints?.positions ?? {};
      return Array.from(y).flatMap((along, i) => [along, x[i]]);
    }
    case "detection_keypoint_scores":
      return decoded.keypoints?.scores ?? [];
    default:
      throw new Error(`no field ${field}`);
  }
}
