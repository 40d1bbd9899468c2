import {
  bestTriplets,
  decodeTriplets,
  suppressTriplets,
  type TripletSettings,
} from "../../decode/triplets/triplets.ts";
import { compare } from "../compare.ts";
import { compareSets, type SetComparison, type SetTolerance } from "../compareSets.ts";
import type { GoldenCase, GoldenTap } from "../goldenCase.ts";
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

/** A tap of the decode, with all that it is compared with. */
interface Compared {
  readonly tap: GoldenTap;
  readonly golden: GoldenCase;
  /** Those of the tap's scale. */
  readonly views: readonly TripletStep[];
  readonly steps: TripletSteps;
  /** The case's: of coordinates in pixels, of scores. */
  readonly box: number;
  readonly score: number;
}

/**
 * How the rows of a tap are compared: as sets, since neighbors in a list of the best change places by the noise
 * of float32. Undefined for a tap that has none.
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
  return rowTap && ((what) => told(compareRows(rowTap, what), what));
}

/** Only scores, which are in order: the places stand in `decode.*`. */
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

/** A peak at the end of its list may be in it or not, and with it all pairs of it. */
function compareRows(rowTap: RowTap, { tap, views, steps, box, score }: Compared): SetComparison {
  const unit = rowTap.unit === "cell" ? (views[0]?.transform.cellsPerPixelX ?? 1) : 1;
  const last = steps.views.flatMap(({ peaks: { topLeft, bottomRight, center } }) =>
    [topLeft, bottomRight, center].flatMap((list) => list.at(-1)?.score ?? []),
  );
  const excused = (row: Row) => {
    return rowTap.peaks.some((column) => last.some((least) => Math.abs(row[column] - least) <= score));
  };
  const stored = rowsOf(tap);
  const expected = rowTap.expected?.(stored) ?? stored;
  return compareSets(expected, rowTap.rows(views, steps), rowTap, { box: box * unit, score, excused });
}

/** Boxes have a score and a class. */
const BOX_COLUMNS = { same: [5], scores: [4] };

/**
 * `final` is compared with the decode that repeats the reference's faults. So is `after_nms` where boxes are
 * merged, which the reference weights by corners of other boxes; elsewhere those of its rows count that soft-NMS
 * keeps, and the decode is the default one. Where pairs before were excused for being there or not, the boxes are
 * those that the case's pairs give, with the excused ones as they are here.
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
  return told(compareSets(expected, got, BOX_COLUMNS, tolerance), what);
}

/** Where the pairs before soft-NMS differ, and may: what it makes of them. */
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

/** What the case says, of as many as it says: `5 of 100 may be unmatched`. */
function mayMiss({ tolerance }: GoldenCase, rows: number): number {
  const [, some, all] = /(\d+) of (\d+) may be unmatched/.exec(tolerance.match ?? "") ?? [];
  return all === undefined ? 0 : Math.floor((Number(some) / Number(all)) * rows);
}

/** Of each class those that soft-NMS keeps; it leaves others behind them. */
function keptRows(rows: readonly Row[], golden: GoldenCase): Row[] {
  const counts = golden.fields.get("rows_and_kept_by_class");
  if (!(counts instanceof Map)) return [...rows];
  return [...counts].flatMap(([index, count]) => {
    const kept = Array.isArray(count) ? Number(count[1]) : 0;
    return rows.filter((row) => row[5] === Number(index)).slice(0, kept);
  });
}

function told({ compared, problem }: SetComparison, { box, score }: Compared): Outcome {
  return compared ? { compared: { ...compared, tolerance: { absolute: box, score } } } : { problem };
}
