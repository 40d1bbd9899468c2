/**
 * How a model arrived at its detections, and why there is none at a pixel: as data, the same for the command
 * line's `--json`, for the library and for pictures. `explanationInWords.ts` makes sentences of it.
 */
import type { Box, CornerEvidence, Point } from "../detection.ts";

/** Discriminated by `family`: triplets find corners, all others centers. Present if `explain` was set. */
export type Explanation = CenterExplanation | TripletExplanation;

/** A cell of a map: its column `x` and its row `y`, from 0. */
export interface Cell {
  readonly x: number;
  readonly y: number;
}

// Models that find centers: CenterNets of the zoo, objects as points, MoveNets.

/** What the decode did with each of the centers that it considered. */
export interface CenterExplanation {
  readonly family: "objects" | "points" | "poses";
  /** One entry per view of the image, in the order in which they ran. */
  readonly views: readonly CenterView[];
  /** The centers that were decoded, of all views, each view's best first. */
  readonly candidates: readonly CenterCandidate[];
}

/** One run of the network, and its search for centers. */
export interface CenterView {
  /** The factor that `scales` asked for; 1 by default. */
  readonly scale: number;
  /** Size of the maps, in cells. */
  readonly mapWidth: number;
  readonly mapHeight: number;
  /** Channels of the center heatmap. */
  readonly classes: number;
  /** How many elements of the heatmap are peaks; with a single person every cell competes. */
  readonly peaks: number;
  /** How many of them are decoded: the best ones. */
  readonly limit: number;
  /** Side of the window in which a peak is the largest value, in cells. Absent if every cell competes. */
  readonly window?: number;
}

/** A center before it became a detection. */
export interface CenterEvidence {
  readonly cell: Cell;
  /** The channel of the center heatmap. */
  readonly classIndex: number;
  /** The center heatmap's value there, from 0 to 1. */
  readonly value: number;
  /** Only if one person is found: what the value is multiplied with before it is ranked. */
  readonly weight?: number;
  /** From 1: its place among the peaks of all classes. */
  readonly rank: number;
  /** False for a cell that fills the list because there are fewer peaks than places. */
  readonly isPeak: boolean;
  /** From the cell's top-left corner to the center, in cells. */
  readonly offset?: Point;
  /** As the network outputs it, in cells. Negative sides count as 0. */
  readonly size?: { readonly width: number; readonly height: number };
  /** Clipped to the map, in cells. */
  readonly boxInCells?: Readonly<Box>;
  readonly keypoints?: readonly KeypointEvidence[];
}

/** What became of a keypoint, with a phrase about it. */
export const KEYPOINT_OUTCOMES = {
  chosen: "moved to the best cell of its heatmap",
  score: "stayed where the center expects it: the best candidate is below the threshold",
  box: "stayed where the center expects it: the best candidate is outside the box",
  distance: "stayed where the center expects it: no candidate is near enough",
  none: "has no cell above 0 in the box",
} as const;

export type KeypointOutcome = keyof typeof KEYPOINT_OUTCOMES;

/** How a keypoint was found: regressed from the center, then moved to a cell of its own heatmap, or not. */
export interface KeypointEvidence {
  /** Where the center expects it. */
  readonly regressed: Point;
  readonly outcome: KeypointOutcome;
  /** The best cell of the keypoint's heatmap for this object. Absent if there is none. */
  readonly candidate?: KeypointCandidate;
}

export interface KeypointCandidate extends Point {
  readonly cell: Cell;
  /** The heatmap's value, from 0 to 1. */
  readonly value: number;
  /** What the candidates were ranked by: the value, weighted with the distance in the model's own way. */
  readonly ranked: number;
  /** From the regressed position, in cells. */
  readonly distance: number;
}

/** A keypoint's evidence, and the keypoint that the candidate has. Positions are pixels of the image. */
export interface FoundKeypoint extends KeypointEvidence, Point {
  readonly name: string;
  readonly score: number;
}

/**
 * What became of a decoded center, in the order in which the reasons are tested, each with a phrase about such
 * centers.
 */
export const CANDIDATE_OUTCOMES = {
  shown: "shown",
  suppressed: "suppressed by a better box of their class",
  threshold: "below the threshold of non-maximum suppression",
  limit: "beyond the limit of non-maximum suppression",
  noArea: "with a box without area",
  outside: "outside the image",
  classes: "of classes that are not asked for",
  score: "below the score that is asked for",
  max: "beyond the number that is asked for",
} as const;

export type CandidateOutcome = keyof typeof CANDIDATE_OUTCOMES;

/** A center with all that it says of its object. Positions are pixels of the upright image. */
export interface CenterCandidate extends CenterEvidence {
  /** Index into `views`. */
  readonly view: number;
  readonly label: string;
  readonly classId: number;
  /** The object's score: the center's value, unless keypoints or soft-NMS changed it. */
  readonly score: number;
  readonly box: Readonly<Box>;
  /** In pixels, with the keypoints as the candidate has them. */
  readonly keypoints?: readonly FoundKeypoint[];
  readonly outcome: CandidateOutcome;
  /** If suppressed, by which candidate. Or, if soft-NMS lowered the score, the one that lowered it most. */
  readonly suppression?: { readonly by: number; readonly overlap: number };
  /** If shown: its index in the result's `detections`. */
  readonly detection?: number;
}

// Models of triplets.

/**
 * Why a pair of corners is rejected, in the order in which the reasons are tested, each with a phrase about
 * such pairs. Every other type and list of reasons derives from this one.
 */
export const PAIR_REJECTIONS = {
  class: "of two classes",
  embedding: "with embeddings too far apart",
  geometry: "with the bottom-right corner above or left of the other",
  outside: "with a box that reaches beyond the image",
  noCenter: "without a center of their class in the central region",
} as const;

export type PairRejection = keyof typeof PAIR_REJECTIONS;

/** What became of a pair of corners. */
export type PairOutcome = "accepted" | PairRejection;

/** A pair of corners that was rejected. */
export interface RejectedPair extends CornerEvidence {
  /** The first reason that applies, in the order of `PAIR_REJECTIONS`. */
  reason: PairRejection;
  /** The classes of its corners. They differ if the reason is `class`. */
  labels: [topLeft: string, bottomRight: string];
  /** The mean of the corners' scores. */
  score: number;
  /** The box that the corners span. Its sides may be negative if the reason is `geometry`. */
  box: Box;
  /** The part of the box in which no center of its class lies. Present if the reason is `noCenter`. */
  centralRegion?: Box;
}

/** The best peaks of one view's three heatmaps, and how the image lies in the view (decode/triplets). */
export interface TripletViewPeaks {
  readonly topLeft: readonly CellPeak[];
  readonly bottomRight: readonly CellPeak[];
  readonly center: readonly CellPeak[];
  readonly transform: {
    readonly mapWidth: number;
    readonly cellsPerPixelX: number;
    readonly cellsPerPixelY: number;
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
    readonly scale: number;
    readonly mirrored: boolean;
  };
}

/** A peak in cells, with its offset. Corners have an embedding. */
export interface CellPeak extends Point {
  readonly class: number;
  readonly score: number;
  readonly embedding?: number;
}

/** How a model of triplets arrived at its detections. */
export interface TripletExplanation {
  readonly family: "triplets";
  /** The peaks of every view, from which `decodeTriplets` finds the boxes again, at other limits as well. */
  readonly views: readonly TripletViewPeaks[];
  /** The number of pairs of corners in all views, by outcome. */
  pairs: Record<PairOutcome, number>;
  /**
   * How many accepted pairs are not among the best 1000 proposals of their view, and are dropped therefore.
   */
  beyondBestPairs: number;
  /** How many of the remaining ones soft-NMS dropped. With `reproduceReference` it keeps all. */
  suppressed: number;
  /** How many of the rest are not among the best boxes: the best 100, or `max` if that is more. */
  beyondBestBoxes: number;
  /** The best few pairs of each reason, best first. */
  rejected: RejectedPair[];
}
