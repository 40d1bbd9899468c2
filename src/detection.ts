/** Pixels of the original photo; (0, 0) is the top-left corner of its top-left pixel. */
export interface Box {
  xmin: number;
  ymin: number;
  xmax: number;
  ymax: number;
}

/** Pixels of the original photo; `score` from 0 to 1. */
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
}
