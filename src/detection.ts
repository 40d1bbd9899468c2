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
  /** What the network does not say itself and this project derives from what it says. */
  derived?: ("score" | "box")[];
  /** Of a model of triplets, where an explanation was asked for: what the box was made of. */
  triplet?: TripletEvidence;
}

/** A peak of one of the network's heatmaps. Pixels of the original image; it may lie outside of it. */
export interface PeakEvidence {
  x: number;
  y: number;
  /** From 0 to 1. */
  score: number;
}

/** Two corners that propose a box. In a mirror image the image's right is left. */
export interface CornerEvidence {
  /** The image was enlarged by this. */
  scale: number;
  mirrored: boolean;
  /** Of the image as the network saw it: in a mirrored one it is the box's top-right corner in the image. */
  topLeft: PeakEvidence;
  /** As seen, too: in a mirrored image it is the box's bottom-left corner in the image. */
  bottomRight: PeakEvidence;
  /** Between the corners' embeddings; up to 0.5 they are one object's. */
  embeddingDistance: number;
}

/** Two corners and the center that confirms them: why a box is one. */
export interface TripletEvidence extends CornerEvidence {
  center: PeakEvidence;
  /** The part of the corners' box that the center had to lie in. */
  centralRegion: Box;
  /** The mean of the three peaks' scores, which soft-NMS may have lowered since. */
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
  /** The first that holds, in the order of `PairOutcome`. */
  reason: PairRejection;
  /** Of its corners; the second differs where the reason is `class`. */
  labels: [topLeft: string, bottomRight: string];
  /** The mean of the corners' scores. */
  score: number;
  /** As the corners say it; its sides may be negative where the reason is `geometry`. */
  box: Box;
  /** Where a center was missing: the part of the box in which there was none of its class. */
  centralRegion?: Box;
}

/** Why there are the detections that there are, of a model of triplets. */
export interface Explanation {
  /** How many pairs of corners, of all views, ended how. */
  pairs: Record<PairOutcome, number>;
  /** How many of the accepted ones are none of the best 1000 proposals of their view, the only ones that count. */
  beyondBestPairs: number;
  /** How many of the others soft-NMS dropped; none with `reproduceReference`, which keeps them. */
  suppressed: number;
  /** How many of the rest are none of the best boxes: of the 100 best, or so many as `max` asks for beyond that. */
  beyondBestBoxes: number;
  /** The best of each reason, best first. */
  rejected: RejectedPair[];
}
