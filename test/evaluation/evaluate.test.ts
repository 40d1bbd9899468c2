import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/evaluation/evaluate.ts";
import { readAnnotations } from "../../src/evaluation/reading/annotations.ts";
import { readResults } from "../../src/evaluation/reading/results.ts";
import { CASES, COCO_CASES, cocoCase, jsonOf } from "./support/cocoCases.ts";

/** As pycocotools' arrays are digested: little-endian float64 in C order. */
function digest(array: Float64Array): string {
  return createHash("sha256")
    .update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
    .digest("hex");
}

/** Each case is evaluated once. */
const evaluations = new Map<string, ReturnType<typeof evaluatedAnew>>();

function evaluated(name: string) {
  const known = evaluations.get(name) ?? evaluatedAnew(name);
  evaluations.set(name, known);
  return known;
}

async function evaluatedAnew(name: string) {
  const { annotations, results, type, options, expected } = cocoCase(name);
  const truth = await readAnnotations(annotations, { name: "annotations.json" });
  const found = await readResults(results, truth, { name: "results.json", type });
  return { truth, found, type, evaluation: evaluate(truth, found, options), expected };
}

interface ImageRecord {
  n: number;
  dtIds: number[];
  gtIds: number[];
  dtScores: number[];
  gtIgnore: number[];
  dtMatches: number[][];
  gtMatches: number[][];
  dtIgnore: number[][];
}

describe.each(CASES)("%s is evaluated as by pycocotools", (name) => {
  test("in every bit of precision, recall, scores and rows", async () => {
    const { evaluation, expected } = await evaluated(name);
    const { arrays, stats } = expected.withIdsRaisedByOne ?? expected;
    const { precision, recall, scores, rows } = evaluation;
    expect(digest(precision)).toBe(arrays.precision.sha256);
    expect(digest(recall)).toBe(arrays.recall.sha256);
    expect(digest(scores)).toBe(arrays.scores.sha256);
    const values = rows.map(({ value }) => value);
    // Without a literal 100 pycocotools gives no first row.
    if (name === "custom-params") expect(values).toEqual([expected.apAtLastMaxDets, ...stats.slice(1)]);
    else expect(values).toEqual(stats);
  });

  test.skipIf(name === "annotation-id-zero")("per category", async () => {
    const { evaluation, expected, type } = await evaluated(name);
    const last = evaluation.parameters.maxDetections.at(-1) ?? 0;
    expect(evaluation.categories.map(({ id }) => id)).toEqual(expected.perCategory.map(({ id }) => id));
    for (const [k, { rows }] of evaluation.categories.entries()) {
      const values = Object.fromEntries(rows.map((row) => [row.name.replace(/@.*/, ""), row.value]));
      const wanted = expected.perCategory[k];
      for (const key of ["AP50", "AP75", "AR", "APmedium", "ARmedium", "APlarge", "ARlarge"]) {
        expect(values[key], key).toBe(wanted[key]);
      }
      if (type === "keypoints" || last === 100) expect(values.AP).toBe(wanted.AP);
    }
  });

  test.skipIf(!existsSync(join(COCO_CASES, name, "images.json")) || name === "annotation-id-zero")(
    "in every match of every image",
    async () => {
      const { evaluation, truth } = await evaluated(name);
      const { parameters } = evaluation;
      const [A, I] = [parameters.areas.length, parameters.imageIds.length];
      const T = parameters.iouThresholds.length;
      const ids = (rows: Int32Array) => [...rows].map((row) => (row < 0 ? 0 : truth.truth.ids[row]));
      for (const record of jsonOf(name, "images.json") as ImageRecord[]) {
        const [k, a, i] = [Math.floor(record.n / (A * I)), Math.floor(record.n / I) % A, record.n % I];
        const matches = evaluation.matches(k, a, i);
        const [D, G] = [matches.found.length, matches.truth.length];
        const planes = <Item>(width: number, items: readonly Item[]) =>
          Array.from({ length: T }, (_, t) => items.slice(t * width, (t + 1) * width));
        expect({
          gtIds: ids(matches.truth),
          gtIgnore: [...matches.truthIgnored],
          dtMatches: planes(D, ids(matches.truthOf)),
          dtIgnore: planes(D, [...matches.foundIgnored]),
        }).toEqual({
          gtIds: record.gtIds,
          gtIgnore: record.gtIgnore,
          dtMatches: record.dtMatches,
          dtIgnore: record.dtIgnore,
        });
        const order = record.dtIds;
        const foundIds = (rows: Int32Array) =>
          [...rows].map((row) => (row < 0 ? 0 : order[matches.found.indexOf(row)]));
        expect(planes(G, foundIds(matches.foundOf))).toEqual(record.gtMatches);
      }
    },
  );

  test.skipIf(!existsSync(join(COCO_CASES, name, "ious.json")))(
    "in every IoU, and in OKS within 1e-14",
    async () => {
      const { evaluation, type } = await evaluated(name);
      const { imageIds, categoryIds } = evaluation.parameters;
      for (const { image_id, category_id, ious } of jsonOf(name, "ious.json") as {
        image_id: number;
        category_id: number;
        ious: number[][];
      }[]) {
        const { fits } = evaluation.matches(categoryIds.indexOf(category_id), 0, imageIds.indexOf(image_id));
        const wanted = ious.flat();
        if (type === "boxes") expect([...fits]).toEqual(wanted);
        else {
          expect(fits.length).toBe(wanted.length);
          expect(Math.max(0, ...wanted.map((value, i) => Math.abs(value - fits[i])))).toBeLessThan(1e-14);
        }
      }
    },
  );
});

test("results of an image that the annotations do not have are refused", async () => {
  const { annotations, results, type } = cocoCase("unknown-image");
  const truth = await readAnnotations(annotations, { name: "annotations.json" });
  await expect(readResults(results, truth, { name: "results.json", type })).rejects.toThrow(
    /^results\.json: expected image ids of annotations\.json \(.*\), got 1 result of other images/,
  );
});
