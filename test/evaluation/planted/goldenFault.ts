/** What of an evaluator's outcome differs from pycocotools'. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { COCO_CASES, cocoCase, jsonOf } from "../support/cocoCases.ts";
import type { Evaluator } from "./evaluatorWith.ts";

interface Record {
  readonly n: number;
  readonly gtIds: number[];
  readonly dtMatches: number[][];
  readonly dtIgnore: number[][];
}

interface Fits {
  readonly image_id: number;
  readonly category_id: number;
  readonly ious: number[][];
}

/** The first thing that differs; undefined if the case is as pycocotools has it. */
export async function goldenFault(evaluator: Evaluator, name: string): Promise<string | undefined> {
  const { annotations, results, type, options, expected } = cocoCase(name);
  try {
    const truth = await evaluator.readAnnotations(annotations);
    const found = await evaluator.readResults(results, truth, { type });
    if (name === "unknown-image") return "results of unknown images are accepted";
    const evaluation = evaluator.evaluate(truth, found, options);
    const { arrays, stats } = expected.withIdsRaisedByOne ?? expected;
    const rows = evaluation.rows.map(({ value }) => value);
    // The first row of custom-params is at the last limit, where pycocotools has none.
    const first = name === "custom-params" ? 1 : 0;
    const row = rows.findIndex((value, i) => i >= first && value !== stats[i]);
    const array = (["precision", "recall", "scores"] as const).find((key) => {
      return digest(evaluation[key]) !== arrays[key].sha256;
    });
    return (
      (row >= 0 && `row ${expected.statsNames[row]}: ${rows[row]}, not ${stats[row]}`) ||
      (array && `array ${array}`) ||
      (name === "annotation-id-zero"
        ? undefined
        : (fitFault(name, evaluation) ?? matchFault(name, evaluation, truth)))
    );
  } catch (error) {
    const { message } = error as Error;
    return name === "unknown-image" && /got 1 result of other images/.test(message) ? undefined : message;
  }
}

function digest({ buffer, byteOffset, byteLength }: Float64Array): string {
  return createHash("sha256")
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest("hex");
}

type Evaluation = ReturnType<Evaluator["evaluate"]>;

function fitFault(name: string, { parameters, matches }: Evaluation): string | undefined {
  if (!existsSync(join(COCO_CASES, name, "ious.json"))) return undefined;
  const tolerance = parameters.type === "boxes" ? 0 : 1e-14;
  for (const { image_id, category_id, ious } of jsonOf(name, "ious.json") as Fits[]) {
    const k = parameters.categoryIds.indexOf(category_id);
    const { fits } = matches(k, 0, parameters.imageIds.indexOf(image_id));
    const wanted = ious.flat();
    const isAlike =
      fits.length === wanted.length && wanted.every((fit, i) => Math.abs(fit - fits[i]) <= tolerance);
    if (!isAlike) return `fits in image ${image_id}`;
  }
  return undefined;
}

function matchFault(
  name: string,
  { parameters, matches }: Evaluation,
  { truth }: Awaited<ReturnType<Evaluator["readAnnotations"]>>,
): string | undefined {
  if (!existsSync(join(COCO_CASES, name, "images.json"))) return undefined;
  const [A, I] = [parameters.areas.length, parameters.imageIds.length];
  const idOf = (row: number) => (row < 0 ? 0 : truth.ids[row]);
  for (const { n, gtIds, dtMatches, dtIgnore } of jsonOf(name, "images.json") as Record[]) {
    const found = matches(Math.floor(n / (A * I)), Math.floor(n / I) % A, n % I);
    const isAlike =
      String([...found.truth].map(idOf)) === String(gtIds) &&
      String([...found.truthOf].map(idOf)) === String(dtMatches.flat()) &&
      String([...found.foundIgnored]) === String(dtIgnore.flat());
    if (!isAlike) return `matches in record ${n}`;
  }
  return undefined;
}
