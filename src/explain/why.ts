/**
 * Why there is no detection at a pixel, or which one: what the option `why` of `detect` returns. It names the
 * step of the decode at which the pixel's cell went. `explanationInWords.ts` makes sentences of it.
 */
import type { Box, CornerEvidence, PeakEvidence, Point } from "../detection.ts";
import type { CandidateOutcome, Cell, CenterCandidate, PairOutcome } from "./explanation.ts";

/** Discriminated by `family`, like `Explanation`. */
export type Why = CenterWhy | TripletWhy;

/** Positions are pixels of the upright image. */
export interface AskedPixel extends Point {
  /** The class that was asked for, or the wanted class with the largest value at the pixel's cell. */
  readonly label: string;
  readonly classId: number;
  /** Indices of the `detections` of any class whose boxes cover the pixel, best first. */
  readonly covering: readonly number[];
}

/** What the search for peaks says of one cell and class of a heatmap. */
export interface CellValue {
  readonly cell: Cell;
  readonly classIndex: number;
  /** From 0 to 1. */
  readonly value: number;
  /** Only if one person is found: what the value is multiplied with before it is ranked. */
  readonly weight?: number;
  /** Whether no value in the window around the cell is larger (by the tolerance, if there is one). */
  readonly isPeak: boolean;
  /** The largest value in that window. Absent for a peak. */
  readonly larger?: { readonly cell: Cell; readonly value: number };
  /** From 1, among the peaks of all classes; among equal ones the first in the map leads. Absent if no peak. */
  readonly rank?: number;
  /** How many peaks there are. */
  readonly peaks: number;
  /** How many of them are used: the best ones. */
  readonly limit: number;
  /** What the last of those is ranked by. Absent if no peak was found. */
  readonly lowest?: number;
}

/** The step at which a center went: not a peak, beyond the best peaks, or what became of it as a candidate. */
export type CenterStep = "neighbor" | "rank" | CandidateOutcome;

/** For models that find centers. */
export interface CenterWhy extends AskedPixel {
  readonly family: "objects" | "points" | "poses";
  /** One entry per view: each has a cell that holds the pixel. */
  readonly views: readonly CenterWhyView[];
}

export interface CenterWhyView extends CellValue {
  /** The factor that the image was scaled by. */
  readonly scale: number;
  readonly step: CenterStep;
  /** If the cell was decoded: what was decoded. */
  readonly candidate?: CenterCandidate;
  /** If that was suppressed: by what. */
  readonly suppressedBy?: Pick<CenterCandidate, "label" | "score" | "box" | "detection">;
}

/** What became of a pair that a center confirms, in the order of the decode's steps. */
export const TRIPLET_FATES = {
  shown: "shown",
  beyondBestPairs: "beyond the best pairs of its view",
  suppressed: "dropped by soft-NMS",
  beyondBestBoxes: "beyond the best boxes",
  classes: "of a class that is not asked for",
  score: "below the score that is asked for",
  max: "beyond the number that is asked for",
} as const;

export type TripletFate = keyof typeof TRIPLET_FATES;

/** For models of triplets: what the pixel would need as an object's center, and as a corner. */
export interface TripletWhy extends AskedPixel {
  readonly family: "triplets";
  readonly views: readonly TripletWhyView[];
  /** How many pairs of corners of the class have the pixel in their central region, by outcome. */
  readonly pairs: Readonly<Record<PairOutcome, number>>;
  /** The best few of each outcome, best first. */
  readonly best: readonly WhyPair[];
  /** The corners of the class that are nearest to the pixel, nearest first: a few of each kind. */
  readonly nearest: {
    readonly topLeft: readonly PeakEvidence[];
    readonly bottomRight: readonly PeakEvidence[];
  };
}

export interface TripletWhyView {
  readonly scale: number;
  readonly mirrored: boolean;
  readonly center: CellValue;
  readonly topLeft: CellValue;
  readonly bottomRight: CellValue;
}

/** A pair of corners around the pixel. */
export interface WhyPair extends CornerEvidence {
  readonly outcome: PairOutcome;
  /** The mean of the corners' scores. */
  readonly score: number;
  readonly box: Readonly<Box>;
  readonly centralRegion: Readonly<Box>;
  /** If accepted. */
  readonly fate?: TripletFate;
  /** If shown: its index in the result's `detections`. */
  readonly detection?: number;
}
