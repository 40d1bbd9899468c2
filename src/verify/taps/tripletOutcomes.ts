import {
  bestTriplets,
  decodeTriplets,
  suppressTriplets,
  type TripletSettings,
} from "../../decode/triplets/triplets.ts";
import { compare } from "../compare.ts";
import type { GoldenCase, GoldenTap } from "../goldenCase.ts";
import { compareSets, type SetComparison, type SetTolerance } from "../rows/compareSets.ts";
import type { Outcome } from "../verifyCase.ts";
import {
  boxRows,
  ROW_TAPS,
  type Row,
  type RowTap,
  rowsOf,
  type TripletStep,
  type TripletSteps,
  tripletOfRow,
} from "./tripletRows.ts";

/** A tap of the decode and everything it is compared with. */
interface Compared {
  readonly tap: GoldenTap;
  readonly golden: GoldenCase;
  /** The views at the tap's scale. */
  readonly views: readonly TripletStep[];
  readonly steps: TripletSteps;
  /** The case's tolerances: coordinates in pixels, and scores. */
  readonly box: number;
  readonly score: number;
}

/**
 * Compares the rows of a tap as sets, because float32 noise swaps neighbors in a list of the best. Undefined
 * for a tap without rows.
 */
export function rowOutcome(name: string): ((what: Omit<Compared, "box" | "score">) => Outcome) | undefined {
  const outcome = outcomeOf(name);
  if (!outcome) return undefined;
  return (what) => {
    const { by } = what.golden.tolerance;
    const [box, score] = [by.get("box")?.absolute, by.get("score")?.absolute];
    if (box === undefined || score === undefined) return { problem: "the case states no tolerance for rows" };
    return outcome({ ...what, box, score });
  };
}

function outcomeOf(name: string): ((what: Compared) => Outcome) | undefined {
  if (name === "topk.tl") return (what) => compareScores("topLeft", what);
  if (name === "topk.br") return (what) => compareScores("bottomRight", what);
  if (name === "topk.ct") return (what) => compareScores("center", what);
  if (name === "after_nms" || name === "final") return (what) => compareBoxes(name, what);
  const rowTap = ROW_TAPS[name];
  return rowTap && ((what) => outcomeWith(compareRows(rowTap, what), what));
}

/** Scores only, in order; `decode.*` holds the positions. */
function compareScores(
  keypoint: "topLeft" | "bottomRight" | "center",
  { views, tap, score }: Compared,
): Outcome {
  const expected = rowsOf(tap).map(([value]) => value);
  const got = views.flatMap(({ peaks }) => peaks[keypoint].map((peak) => peak.score));
  if (got.length !== expected.length) return { problem: `${got.length} peaks instead of ${expected.length}` };
  const tolerance = { absolute: score };
  return { compared: { ...compare({ values: expected }, got, tolerance), tolerance } };
}

/** A peak at the end of its list may be present or absent, together with all its pairs. */
function compareRows(rowTap: RowTap, { tap, views, steps, box, score }: Compared): SetComparison {
  const unit = rowTap.unit === "cell" ? (views[0]?.transform.cellsPerPixelX ?? 1) : 1;
  const last = steps.views.flatMap(({ peaks: { topLeft, bottomRight, center } }) =>
    [topLeft, bottomRight, center].flatMap((list) => list.at(-1)?.score ?? []),
  );
  const excused = (row: Row) => {
    return rowTap.peaks.some((column) =>
      last.some((lastScore) => Math.abs(row[column] - lastScore) <= score),
    );
  };
  const stored = rowsOf(tap);
  const expected = rowTap.expected?.(stored) ?? stored;
  return compareSets(expected, rowTap.rows(views, steps), rowTap, { box: box * unit, score, excused });
}

/** The columns of boxes: score and class, besides the coordinates. */
const BOX_COLUMNS = { same: [5], scores: [4] };

/**
 * `final` is compared with the decode that reproduces the reference's errors. So is `after_nms` if boxes are
 * merged, because the reference then weights them by corners of other boxes; otherwise only the rows that
 * soft-NMS keeps count, and the decode is the default one. If the pairs before soft-NMS were allowed to
 * differ, the boxes are recomputed from the case's pairs, with the differing pairs replaced by this
 * project's.
 */
function compareBoxes(name: "after_nms" | "final", what: Compared): Outcome {
  const { tap, golden, steps, box, score } = what;
  const { softNms } = steps.settings;
  const reproduceReference = name === "final" || softNms.mergeExponent !== undefined;
  const settings: TripletSettings = {
    ...steps.settings,
    softNms: { ...softNms, reproduceReference },
    ...(name === "after_nms" && { maxBoxes: Number.POSITIVE_INFINITY }),
  };
  const peaks = steps.views.map((view) => view.peaks);
  const stored = reproduceReference ? rowsOf(tap) : keptRows(rowsOf(tap), golden);
  const expected = otherOutcome(what, settings) ?? stored;
  const tolerance: SetTolerance = { box, score, mayMiss: mayMiss(golden, expected.length) };
  const got = boxRows(decodeTriplets(peaks, settings).boxes);
  return outcomeWith(compareSets(expected, got, BOX_COLUMNS, tolerance), what);
}

/** The result of soft-NMS on the case's pairs, if they differ within what is allowed. */
function otherOutcome(what: Compared, settings: TripletSettings): Row[] | undefined {
  const before = what.golden.taps.find(({ name }) => name === "before_nms");
  if (!before) return undefined;
  const { missing, surplus, problem } = compareRows(ROW_TAPS.before_nms, { ...what, tap: before });
  if (problem !== undefined || missing.length + surplus.length === 0) return undefined;
  const rows = [...rowsOf(before).filter((row) => !missing.some((other) => isEqual(row, other))), ...surplus];
  const { transform } = what.steps.views[0];
  const triplets = rows.map((row) => tripletOfRow(row, transform));
  triplets.sort((a, b) => a.class - b.class || b.score - a.score);
  return boxRows(bestTriplets(suppressTriplets(triplets, settings), settings));
}

function isEqual(row: Row, other: Row): boolean {
  return row.every((value, column) => value === other[column]);
}

/** The case's allowance, as in `5 of 100 may be unmatched`. */
function mayMiss({ tolerance }: GoldenCase, rows: number): number {
  const [, some, all] = /(\d+) of (\d+) may be unmatched/.exec(tolerance.match ?? "") ?? [];
  return all === undefined ? 0 : Math.floor((Number(some) / Number(all)) * rows);
}

/** Per class, the rows that soft-NMS keeps; the dropped ones follow them. */
function keptRows(rows: readonly Row[], golden: GoldenCase): Row[] {
  const counts = golden.fields.get("rows_and_kept_by_class");
  if (!(counts instanceof Map)) return [...rows];
  return [...counts].flatMap(([index, count]) => {
    const kept = Array.isArray(count) ? Number(count[1]) : 0;
    return rows.filter((row) => row[5] === Number(index)).slice(0, kept);
  });
}

function outcomeWith({ compared, problem }: SetComparison, { box, score }: Compared): Outcome {
  return compared ? { compared: { ...compared, tolerance: { absolute: box, score } } } : { problem };
}
