import type { Ranked } from "../../decode/peaks.ts";

/** The rows of two lists of detections that belong to the same candidates. */
export interface RowMatch {
  /** Row numbers in the expected list, and for each the row number in the other list. */
  readonly expected: readonly number[];
  readonly got: readonly number[];
  /** A row that the other list should have too, as a sentence. */
  readonly problem?: string;
}

/**
 * Matches rows by their candidate's index instead of their rank, because rows whose scores differ by less than the
 * numeric noise may change places. For the same reason, a row may be missing from a list if its score is within
 * `tolerance` of the last row's score in the other list.
 */
export function matchRows(expected: Ranked, got: Ranked, tolerance: number): RowMatch {
  const rowOf = new Map(Array.from(got.indices, (index, row) => [index, row]));
  const match = { expected: [] as number[], got: [] as number[] };
  expected.indices.forEach((index, row) => {
    const found = rowOf.get(index);
    if (found === undefined) return;
    match.expected.push(row);
    match.got.push(found);
  });
  const missing = unexcused(expected, match.expected, got, tolerance);
  const surplus = unexcused(got, match.got, expected, tolerance);
  if (missing !== undefined) {
    return { ...match, problem: `no row of candidate ${describe(expected, missing)}` };
  }
  if (surplus !== undefined) {
    return { ...match, problem: `an unexpected row of candidate ${describe(got, surplus)}` };
  }
  return match;
}

/** The first unmatched row whose score is too high to be missing from the other list. */
function unexcused(
  list: Ranked,
  matched: readonly number[],
  other: Ranked,
  tolerance: number,
): number | undefined {
  const isMatched = new Set(matched);
  const last = other.scores.at(-1) ?? Number.NEGATIVE_INFINITY;
  const row = list.scores.findIndex((score, i) => !isMatched.has(i) && !(score <= last + tolerance));
  return row < 0 ? undefined : row;
}

function describe({ indices, scores }: Ranked, row: number): string {
  return `${indices[row]} (rank ${row + 1}, score ${scores[row]})`;
}
