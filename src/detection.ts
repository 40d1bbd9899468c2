/** Pixels of the original image; (0, 0) is the top-left corner of its top-left pixel. */
export interface Box {
  xmin: number;
  ymin: number;
  xmax: number;
  ymax: number;
}

/** Pixels of the original image; `score` from 0 to 1. */
export interface Keypoint {
  /** COCO's name: `nose`, `left_eye`, `right_shoulder`, … */
  name: string;
  x: number;
  y: number;
  score: number;
}

export interface Detection {
  label: string;
  /** The id in the model's label map; for COCO 1 (person) to 90 (toothbrush). */
  classId: number;
  /** From 0 to 1. */
  score: number;
  box: Box;
  keypoints?: Keypoint[];
  /** Fields that the network does not output and this project derives. */
  derived?: ("score" | "box")[];
  /** Triplet models with `explain`: the keypoints that made the box. */
  triplet?: TripletEvidence;
}

/** A peak of one of the network's heatmaps. Pixels of the original image; it may lie outside. */
export interface PeakEvidence {
  x: number;
  y: number;
  /** From 0 to 1. */
  score: number;
}

/** Two corners that propose a box. In a mirror image, left and right are exchanged. */
export interface CornerEvidence {
  /** The scale at which the image was seen. */
  scale: number;
  mirrored: boolean;
  /** The top-left corner as the network saw it. If mirrored, it is the box's top-right corner in the original image. */
  topLeft: PeakEvidence;
  /** The bottom-right corner as the network saw it. If mirrored, it is the box's bottom-left corner. */
  bottomRight: PeakEvidence;
  /** Distance between the corners' embeddings; up to 0.5, both belong to one object. */
  embeddingDistance: number;
}

/** Two corners and the center that confirms them: the reason for a box. */
export interface TripletEvidence extends CornerEvidence {
  center: PeakEvidence;
  /** The part of the corners' box that the center had to lie in. */
  centralRegion: Box;
  /** The mean score of the three peaks, before soft-NMS possibly lowers it. */
  score: number;
}

/**
 * Why two corners are no detection, in the order in which they are tested, and what to say of such pairs. This is
 * the one list of reasons.
 */
export const PAIR_REJECTIONS = {
  class: "of two classes",
  embedding: "with embeddings too far apart",
  geometry: "with the bottom-right corner above or left of the other",
  outside: "with a box that reaches beyond the image",
  noCenter: "without a center of their class in the central region",
} as const;

export type PairRejection = keyof typeof PAIR_REJECTIONS;

/** What became of two corners. */
export type PairOutcome = "accepted" | PairRejection;

/** Two corners that are no detection. */
export interface RejectedPair extends CornerEvidence {
  /** The first reason that applies, in the order of `PairOutcome`. */
  reason: PairRejection;
  /** The labels of the two corners; they differ if the reason is `class`. */
  labels: [topLeft: string, bottomRight: string];
  /** The mean of the corners' scores. */
  score: number;
  /** The box between the corners; its sides may be negative if the reason is `geometry`. */
  box: Box;
  /** If the reason is `noCenter`: the region that had no center of the class. */
  centralRegion?: Box;
}

/** What became of all pairs of corners of a triplet model. */
export interface Explanation {
  /** The number of pairs per outcome, over all views. */
  pairs: Record<PairOutcome, number>;
  /** Accepted pairs beyond the best 1000 proposals of their view, which are dropped. */
  beyondBestPairs: number;
  /** Of the rest, those that soft-NMS dropped; none with `reproduceReference`, which keeps them. */
  suppressed: number;
  /** Of the rest, those beyond the best 100 boxes, or beyond `max` if that is larger. */
  beyondBestBoxes: number;
  /** The best rejected pairs per reason, best first. */
  rejected: RejectedPair[];
}
