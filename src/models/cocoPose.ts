/** COCO's id of the class `person`. */
export const PERSON = { label: "person", classId: 1 } as const;

/** COCO's 17 keypoints in the order of the networks' channels; left is the person's own left. */
export const COCO_KEYPOINTS = [
  "nose",
  "left_eye",
  "right_eye",
  "left_ear",
  "right_ear",
  "left_shoulder",
  "right_shoulder",
  "left_elbow",
  "right_elbow",
  "left_wrist",
  "right_wrist",
  "left_hip",
  "right_hip",
  "left_knee",
  "right_knee",
  "left_ankle",
  "right_ankle",
] as const;
