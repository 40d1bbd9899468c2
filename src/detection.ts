/** In pixels of the original image. (0, 0) is the top-left corner of its top-left pixel. */
export interface Box {
  xmin: number;
  ymin: number;
  xmax: number;
  ymax: number;
}

/** In pixels of an image or in cells of a map, as its user says. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** In pixels of the original image. `score` is from 0 to 1. */
export interface Keypoint {
  /** COCO's name, such as `nose`, `left_eye` or `right_shoulder`. */
  name: string;
  x: number;
  y: number;
  score: number;
}

/** A keypoint with at least this score counts as seen; most below it are guesses. */
export const SEEN_KEYPOINT = 0.2;

/** COCO's skeleton: the pairs of keypoints to join ("skeleton" of the person_keypoints annotations, ids as names). */
export const COCO_SKELETON: readonly (readonly [string, string])[] = [
  ["left_ankle", "left_knee"],
  ["left_knee", "left_hip"],
  ["right_ankle", "right_knee"],
  ["right_knee", "right_hip"],
  ["left_hip", "right_hip"],
  ["left_shoulder", "left_hip"],
  ["right_shoulder", "right_hip"],
  ["left_shoulder", "right_shoulder"],
  ["left_shoulder", "left_elbow"],
  ["right_shoulder", "right_elbow"],
  ["left_elbow", "left_wrist"],
  ["right_elbow", "right_wrist"],
  ["left_eye", "right_eye"],
  ["nose", "left_eye"],
  ["nose", "right_eye"],
  ["left_eye", "left_ear"],
  ["right_eye", "right_ear"],
  ["left_ear", "left_shoulder"],
  ["right_ear", "right_shoulder"],
];

export interface Detection {
  label: string;
  /** The id in the model's label map. COCO's are 1 (person) to 90 (toothbrush). */
  classId: number;
  /** From 0 to 1. */
  score: number;
  box: Box;
  keypoints?: Keypoint[];
  /** The fields that are not outputs of the network but derived from its keypoints. */
  derived?: ("score" | "box")[];
  /** The corners and the center that made the box. Present for models of triplets if `explain` was set. */
  triplet?: TripletEvidence;
}

/** A peak of a heatmap, in pixels of the original image. It may lie outside the image. */
export interface PeakEvidence {
  x: number;
  y: number;
  /** From 0 to 1. */
  score: number;
}

/** Two corners that propose a box. */
export interface CornerEvidence {
  /** The factor that the image was scaled by. */
  scale: number;
  /** Whether the corners were found in the mirror image. */
  mirrored: boolean;
  /**
   * The top-left corner in the network's input. If `mirrored`, it is the box's top-right corner in the image.
   */
  topLeft: PeakEvidence;
  /**
   * The bottom-right corner in the network's input. If `mirrored`, it is the box's bottom-left one in the
   * image.
   */
  bottomRight: PeakEvidence;
  /** The difference of the corners' embeddings. Up to 0.5 they belong to one object. */
  embeddingDistance: number;
}

/** Two corners and the center that confirms them. */
export interface TripletEvidence extends CornerEvidence {
  center: PeakEvidence;
  /** The part of the corners' box in which the center had to lie. */
  centralRegion: Box;
  /** The mean of the three peaks' scores. The detection's own score may be lower because of soft-NMS. */
  score: number;
}
