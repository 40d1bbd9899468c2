import type { Ranked } from "../../decode/peaks.ts";
import type { Tolerance } from "../caseDescription.ts";
import { type Comparison, compare } from "../compare.ts";
import type { GoldenCase, GoldenTap } from "../goldenCase.ts";
import { matchRows } from "./matchRows.ts";

/** Describes a tap whose rows belong to candidates, which are matched before they are compared. */
export interface RowsOf {
  /** This project's candidates, one per row. If the tap has fewer rows, they are the first ones. */
  readonly candidates: Ranked;
  /**
   * Elements that belong together (a keypoint's y and x). A few groups may differ entirely, because the choice
   * between two candidates can depend on the last bit.
   */
  readonly choices?: { readonly elements: number; readonly mayDiffer: number };
}

export type RowComparison = { readonly compared: Comparison } | { readonly problem: string };

/**
 * Compares a tap of rows with this project's rows of the same candidates. The case lists its candidates, best
 * first, in the taps `candidates/index` and `candidates/score`; the tap's rows are the first of them.
 */
export function compareRows(
  golden: GoldenCase,
  tap: GoldenTap,
  got: ArrayLike<number>,
  { candidates, choices }: RowsOf,
  tolerance: Tolerance,
): RowComparison {
  const expectedCandidates = goldenCandidates(golden);
  if (!expectedCandidates) return { problem: "the case has no candidates to match its rows by" };
  const rows = tap.shape[tap.shape.length > 1 ? 1 : 0];
  const columns = rows === 0 ? 0 : tap.values.length / rows;
  const match = matchRows(
    firstRows(expectedCandidates, rows),
    firstRows(candidates, rows),
    golden.tolerance.by.get("score")?.absolute ?? 0,
  );
  if (match.problem) return { problem: match.problem };
  const values = gather(tap.values, match.expected, columns);
  const found = gather(got, match.got, columns);
  if (!choices) return { compared: compare({ values }, found, tolerance) };
  const kept = withoutOtherChoices(values, found, tolerance, choices.elements);
  const differing = (values.length - kept.values.length) / choices.elements;
  if (differing <= choices.mayDiffer) {
    return { compared: compare({ values: kept.values }, kept.found, tolerance) };
  }
  return { compared: compare({ values }, found, tolerance) };
}

function goldenCandidates({ taps }: GoldenCase): Ranked | undefined {
  const index = taps.find(({ name }) => name === "candidates/index");
  const score = taps.find(({ name }) => name === "candidates/score");
  if (!index || !score) return undefined;
  return { indices: Int32Array.from(index.values), scores: Float32Array.from(score.values) };
}

function firstRows({ indices, scores }: Ranked, rows: number): Ranked {
  return { indices: indices.subarray(0, rows), scores: scores.subarray(0, rows) };
}

function gather(values: ArrayLike<number>, rows: readonly number[], columns: number): number[] {
  return rows.flatMap((row) => {
    return Array.from({ length: columns }, (_, column) => values[row * columns + column]);
  });
}

function withoutOtherChoices(
  values: readonly number[],
  found: readonly number[],
  tolerance: Tolerance,
  elements: number,
): { values: number[]; found: number[] } {
  const kept = { values: [] as number[], found: [] as number[] };
  for (let start = 0; start < values.length; start += elements) {
    const one = values.slice(start, start + elements);
    const other = found.slice(start, start + elements);
    if (!compare({ values: one }, other, tolerance).pass) continue;
    kept.values.push(...one);
    kept.found.push(...other);
  }
  return kept;
}
