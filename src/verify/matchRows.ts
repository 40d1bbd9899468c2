import type { Ranked } from "../decode/peaks.ts";

/** Which rows of two lists of detections belong to the same candidate. */
export interface RowMatch {
  /** Rows of the expected list, and beside each the row of the other. */
  readonly expected: readonly number[];
  readonly got: readonly number[];
  /** A row of one list that the other should have, in words. */
  readonly problem?: string;
}

/**
 * Matches rows by their candidate's index and not by their rank: rows whose scores are closer than the
 * numeric noise may change places. For the same reason a row may be missing from either list if its score
 * is within `tolerance` of the last row's in the other.
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

/** The first row that is not among `matched` and scores too high for the other list to have left it out. */
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
