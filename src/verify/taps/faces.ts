/** Taps of CenterFace: values of the published graph, by the numbers that PyTorch's exporter gave them, and its decode. */
import type { FaceRows } from "../../decode/faces/faceRows.ts";
import type { Tolerance } from "../caseDescription.ts";
import { type Comparison, compare, EXACT } from "../compare.ts";
import type { GoldenCase, GoldenTap } from "../goldenCase.ts";
import type { Outcome, TapSource } from "../verifyCase.ts";

/** What one threshold gives. */
export interface FaceSteps {
  /** Cells above the threshold, less the tolerance of scores, so that rows on the edge can be compared. */
  readonly rows: FaceRows;
  /** The rows that suppression keeps of those above the threshold itself. */
  readonly kept: Int32Array;
  readonly threshold: number;
  /** Columns of the map. */
  readonly width: number;
  /** Input pixels per image pixel, rounded to float32. */
  readonly scale: readonly [x: number, y: number];
}

/** By threshold; the case's own, or first, is under `default`. */
export type FaceDecodes = ReadonlyMap<string, FaceSteps>;

const block = (n: number, last: string) => ({ value: `backbone.block${n}.${last}` });
const level = (n: number, last: string) => ({ value: `neck.level${n}.${last}` });
const PROJECTED = "project.bias";

const VALUES: Readonly<Record<string, { readonly value: string }>> = {
  "365": { value: "backbone.stem.relu" },
  "368": block(0, "depthwise.relu"),
  "369": block(0, PROJECTED),
  "373": block(1, "expand.relu"),
  "376": block(1, "depthwise.relu"),
  "377": block(1, PROJECTED),
  "387": block(2, "add"),
  "394": block(3, PROJECTED),
  "404": block(4, "add"),
  "413": block(5, "add"),
  "420": block(6, PROJECTED),
  "430": block(7, "add"),
  "439": block(8, "add"),
  "448": block(9, "add"),
  "455": block(10, PROJECTED),
  "465": block(11, "add"),
  "474": block(12, "add"),
  "481": block(13, PROJECTED),
  "491": block(14, "add"),
  "500": block(15, "add"),
  "507": block(16, PROJECTED),
  "511": level(5, "lateral.relu"),
  "512": level(4, "deconvolution.transposedConv2d"),
  "514": level(4, "deconvolution.relu"),
  "517": level(4, "lateral.relu"),
  "518": level(4, "add"),
  "521": level(3, "deconvolution.relu"),
  "524": level(3, "lateral.relu"),
  "525": level(3, "add"),
  "528": level(2, "deconvolution.relu"),
  "531": level(2, "lateral.relu"),
  "532": level(2, "add"),
  "535": { value: "heads.feature.relu" },
  "536": { value: "heads.center.bias" },
  "537": { value: "heads.center.sigmoid" },
  "538": { value: "heads.boxSize.bias" },
  "539": { value: "heads.boxOffset.bias" },
  "540": { value: "heads.landmarks.bias" },
};

export function faceTapSource(name: string): TapSource<FaceDecodes> | undefined {
  if (Object.hasOwn(VALUES, name)) return VALUES[name];
  const match = /^(decode|output)(?:@([\d.]+))?\.(\w+)$/.exec(name);
  if (!match) return undefined;
  const [, part, threshold = "default", what] = match;
  return {
    outcome(decodes, tap, golden) {
      const steps = decodes.get(threshold);
      if (!steps) return { problem: `the case states no threshold ${threshold}` };
      const at = threshold === "default" ? "decode" : `decode@${threshold}`;
      return part === "decode" ? decoded(what, steps, tap, golden, at) : kept(what, steps, tap, golden);
    },
  };
}

/** Rows are matched by their cells. */
function decoded(what: string, steps: FaceSteps, tap: GoldenTap, golden: GoldenCase, at: string): Outcome {
  const { rows, width, threshold } = steps;
  const cells = golden.taps.find(({ name }) => name === `${at}.cells`)?.values;
  const boxes = golden.taps.find(({ name }) => name === `${at}.boxes`)?.values;
  if (!cells || !boxes)
    return { problem: `the case has no ${at}.cells and ${at}.boxes to match its rows by` };
  const expected = Array.from(
    { length: cells.length / 2 },
    (_, i) => cells[i * 2] * width + cells[i * 2 + 1],
  );
  if (what === "kept") {
    const ours = Array.from(steps.kept, (row) => rows.cells[row]);
    return compared({ values: Array.from(tap.values, (row) => expected[row]) }, ours, EXACT);
  }
  const edge = Math.fround(threshold) + scoreTolerance(golden);
  const found = expected.map((cell) => rows.cells.indexOf(cell));
  const missing = found.findIndex((row, i) => row < 0 && boxes[i * BOX_COLUMNS + 4] > edge);
  if (missing >= 0) return { problem: `no row of cell ${place(expected[missing], width)}` };
  const surplus = rows.cells.findIndex((cell, row) => !expected.includes(cell) && rows.scores[row] > edge);
  if (surplus >= 0) return { problem: `an unexpected row of cell ${place(rows.cells[surplus], width)}` };
  if (what === "cells") return compared({ values: [] }, [], EXACT);
  const columns = tap.shape[1];
  const pairs = [...found.entries()].filter(([, row]) => row >= 0);
  const values = pairs.flatMap(([i]) => [...tap.values.subarray(i * columns, (i + 1) * columns)]);
  const got = pairs.flatMap(([, row]) => rowOf(what, rows, row, [1, 1]));
  return comparedColumns(values, got, columns, tap, golden);
}

/** Faces, in the order in which they are stored, in pixels of the image. */
function kept(
  what: string,
  { rows, kept: faces, scale }: FaceSteps,
  tap: GoldenTap,
  golden: GoldenCase,
): Outcome {
  const [count, columns] = tap.shape;
  if (faces.length !== count) return { problem: `expected ${count} faces, got ${faces.length}` };
  const got = Array.from(faces).flatMap((row) => rowOf(what, rows, row, scale));
  return comparedColumns([...tap.values], got, columns, tap, golden);
}

const BOX_COLUMNS = 5;

function rowOf(what: string, rows: FaceRows, row: number, scale: readonly [number, number]): number[] {
  const width = what === "boxes" ? 4 : rows.landmarks.length / rows.cells.length;
  const values = what === "boxes" ? rows.boxes : rows.landmarks;
  const points = Array.from(values.subarray(row * width, (row + 1) * width), (value, i) =>
    Math.fround(value / scale[i % 2]),
  );
  return what === "boxes" ? [...points, rows.scores[row]] : points;
}

/** Coordinates and scores have tolerances of their own, unless the role has one for both. */
function comparedColumns(
  values: readonly number[],
  got: readonly number[],
  columns: number,
  { role }: GoldenTap,
  { tolerance }: GoldenCase,
): Outcome {
  if (values.length !== got.length)
    return { problem: `expected ${values.length} numbers, got ${got.length}` };
  const both = tolerance.by.get(role);
  if (both) return compared({ values }, got, both);
  const coordinate = absolute(tolerance.by.get("coordinate"));
  const score = absolute(tolerance.by.get("score"));
  if (!coordinate || !score) return { problem: "the case states no tolerance for scores and coordinates" };
  const isScore = (i: number) => columns === BOX_COLUMNS && i % columns === BOX_COLUMNS - 1;
  const points = compared(
    { values: values.filter((_, i) => !isScore(i)) },
    got.filter((_, i) => !isScore(i)),
    coordinate,
  );
  const scores = compared(
    { values: values.filter((_, i) => isScore(i)) },
    got.filter((_, i) => isScore(i)),
    score,
  );
  return scores.compared.ratio > points.compared.ratio ? scores : points;
}

/** Without the unit, which is that of coordinates. */
function absolute(tolerance: Tolerance | undefined): Tolerance | undefined {
  return tolerance?.absolute === undefined ? undefined : { absolute: tolerance.absolute };
}

function compared(
  expected: { readonly values: ArrayLike<number> },
  got: ArrayLike<number>,
  tolerance: Tolerance,
): { compared: Comparison & { tolerance: Tolerance } } {
  if (expected.values.length === got.length) {
    return { compared: { ...compare(expected, got, tolerance), tolerance } };
  }
  // Another number of rows differs infinitely.
  const longer = Math.max(expected.values.length, got.length);
  const padded = (values: ArrayLike<number>) =>
    Array.from({ length: longer }, (_, i) => (i < values.length ? values[i] : Number.NaN));
  return { compared: { ...compare({ values: padded(expected.values) }, padded(got), tolerance), tolerance } };
}

export function scoreTolerance({ tolerance }: GoldenCase): number {
  return tolerance.by.get("score")?.absolute ?? 0;
}

function place(cell: number, width: number): string {
  return `${cell % width},${Math.floor(cell / width)}`;
}
