/**
 * What a pose network says of one person. Every position is a fraction of the network's input, (0, 0) its
 * top-left corner; keypoints may lie outside of it, nothing is clipped but where a decode says so.
 */
export interface Pose {
  /** From 0 to 1. */
  score: number;
  box: FractionBox;
  /** In the order of the network's channels (COCO: nose, left eye, … right ankle). */
  keypoints: PoseKeypoint[];
}

export interface FractionBox {
  ymin: number;
  xmin: number;
  ymax: number;
  xmax: number;
}

export interface PoseKeypoint {
  y: number;
  x: number;
  /** From 0 to 1. */
  score: number;
}

/** `count` points as two arrays, in the unit that the owner states. */
export interface Points {
  readonly y: Float32Array;
  readonly x: Float32Array;
}
