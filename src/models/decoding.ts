import type { FaceSettings } from "../decode/faces/faceRows.ts";
import type { DecodeSettings } from "../decode/objects/settings.ts";
import type { MultiPoseConstants } from "../decode/poses/multiPose.ts";
import type { SinglePoseConstants } from "../decode/poses/singlePose.ts";
import type { TripletSettings } from "../decode/triplets/triplets.ts";

/** Which decode turns a network's maps into detections, and with which numbers: all that another engine needs to know. */
export type Decoding =
  | { readonly kind: "objects"; readonly settings: DecodeSettings }
  | { readonly kind: "faces"; readonly settings: FaceSettings }
  | { readonly kind: "triplets"; readonly settings: TripletSettings }
  | { readonly kind: "poses"; readonly constants: MultiPoseConstants }
  | { readonly kind: "pose"; readonly constants: SinglePoseConstants };
