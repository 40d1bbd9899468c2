/** Which sides of its input a network can run: those at which its maps fit together. */
export interface SideRule {
  takes(side: number): boolean;
  /** The nearest side that it takes, among the regular ones. */
  nearest(side: number): number;
  /** `multiples of 32, up to 3 less`. */
  readonly words: string;
}

/** For networks without sums across levels. */
export const ANY_SIDE: SideRule = { takes: () => true, nearest: (side) => side, words: "any" };

/** Halved to stride 4, sides of up to this much less become as many cells. */
const SLACK = 3;
/** A side of one cell at stride 4 stays one cell at every level, and a single cell fits any map. */
const SINGLE_CELL = 4;

/**
 * For networks that add maps on the way up to those of the way down: every halving after stride 4 must come out even.
 * `multiple` is the stride of the innermost map.
 */
export function sidesInMultiplesOf(multiple: number): SideRule {
  const below = (side: number) => (multiple - (side % multiple)) % multiple;
  return {
    takes: (side) => side <= SINGLE_CELL || below(side) <= SLACK,
    nearest(side) {
      if (below(side) <= SLACK) return side;
      const upper = side + below(side) - SLACK;
      const lower = upper + SLACK - multiple;
      return lower >= multiple && side - lower < upper - side ? lower : upper;
    },
    words: `multiples of ${multiple}, up to ${SLACK} less`,
  };
}
