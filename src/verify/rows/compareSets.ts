import type { Comparison } from "../compare.ts";

/** The meaning of the columns; all others are coordinates. */
export interface RowColumns {
  /** Columns that must be equal. */
  readonly same: readonly number[];
  readonly scores: readonly number[];
}

export interface SetTolerance {
  /** Max difference of a coordinate, in the rows' own unit. */
  readonly box: number;
  readonly score: number;
  /** Which rows need no partner, each for a reason of its own, and how many other rows may lack one. */
  readonly excused?: (row: readonly number[]) => boolean;
  readonly mayMiss?: number;
}

export interface SetComparison {
  readonly compared?: Comparison;
  /** Why the sets differ. */
  readonly problem?: string;
  /** Rows without a partner, excused or not. */
  readonly missing: readonly (readonly number[])[];
  readonly surplus: readonly (readonly number[])[];
}

/**
 * Matches every expected row with the nearest free row that agrees within the tolerance. The result describes the
 * matched rows: the max difference of coordinates, and the max ratio of a difference to its tolerance, scores
 * included.
 */
export function compareSets(
  expected: readonly (readonly number[])[],
  got: readonly (readonly number[])[],
  columns: RowColumns,
  { box, score, excused = () => false, mayMiss = 0 }: SetTolerance,
): SetComparison {
  const free = new Set(got.keys());
  const kinds = (expected[0] ?? got[0] ?? []).map((_, column): Kind => {
    if (columns.same.includes(column)) return "same";
    return columns.scores.includes(column) ? "score" : "coordinate";
  });
  const limits = { same: 0, score, coordinate: box };
  const lonely: (readonly number[])[] = [];
  let ratio = 0;
  let largest = 0;
  let squares = 0;
  let worst: Comparison["worst"];
  for (const [index, row] of expected.entries()) {
    let best: { position: number; ratio: number; column: number } | undefined;
    for (const position of free) {
      const distance = distanceOf(row, got[position], kinds, limits);
      if (distance.ratio <= 1 && distance.ratio < (best?.ratio ?? 2)) best = { position, ...distance };
    }
    if (!best) {
      lonely.push(row);
      continue;
    }
    const partner = got[best.position];
    free.delete(best.position);
    const off = largestOf(row, partner, kinds);
    largest = Math.max(largest, off);
    squares += off * off;
    if (best.ratio < ratio && worst) continue;
    ratio = best.ratio;
    const { column } = best;
    worst = { index: index * row.length + column, expected: row[column], got: partner[column] };
  }
  const lists = { missing: lonely, surplus: [...free].map((position) => got[position]) };
  const missing = lonely.filter((row) => !excused(row));
  const surplus = lists.surplus.filter((row) => !excused(row));
  if (Math.max(missing.length, surplus.length) > mayMiss) {
    const [first] = missing.length > 0 ? missing : surplus;
    const kind = missing.length > 0 ? "no row like" : "an unexpected row";
    const counts = `${missing.length} of ${expected.length} rows are missing, ${surplus.length} too many`;
    return {
      ...lists,
      problem: `${counts}; ${kind} ${first.map((value) => Number(value.toPrecision(6))).join(" ")}`,
    };
  }
  const rms = Math.sqrt(squares / Math.max(1, expected.length - lonely.length));
  return { ...lists, compared: { measure: "absolute", largest, rms, ratio, pass: ratio <= 1, worst } };
}

type Kind = "same" | "score" | "coordinate";

function distanceOf(
  row: readonly number[],
  other: readonly number[],
  kinds: readonly Kind[],
  limits: Readonly<Record<Kind, number>>,
): { ratio: number; column: number } {
  let ratio = 0;
  let column = 0;
  for (const [i, kind] of kinds.entries()) {
    const off = Math.abs(row[i] - other[i]);
    if (off === 0) continue;
    const part = off / limits[kind];
    if (part > ratio) [ratio, column] = [part, i];
    if (ratio > 1) break;
  }
  return { ratio, column };
}

function largestOf(row: readonly number[], other: readonly number[], kinds: readonly Kind[]): number {
  return kinds.reduce((largest, kind, i) => {
    return kind === "coordinate" ? Math.max(largest, Math.abs(row[i] - other[i])) : largest;
  }, 0);
}
