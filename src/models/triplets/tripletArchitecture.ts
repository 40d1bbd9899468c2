/**
 * CenterNet with keypoint triplets (Duan et al., arXiv:1904.08189): CornerNet's hourglass, corner and center
 * pooling on its features, and the heads. Follows `models/CenterNet-52.py`, `CenterNet-104.py` and
 * `models/py_utils/kp.py` of github.com/Duankaiwen/CenterNet.
 */
import { HOURGLASS, type HourglassOptions, hourglass } from "../../backbones/hourglass.ts";
import type { CornerOrCenterMaps, CornerOrCenterOutputs } from "../../decode/triplets/heatmapPeaks.ts";
import type { TripletMaps, TripletOutputNames } from "../../decode/triplets/triplets.ts";
import { type Graph, GraphBuilder } from "../../graph/graph.ts";
import { type TripletHeads, tripletHeads } from "../../heads/tripletHeads.ts";
import { shapeOf, type Tensor } from "../../tensor.ts";
import type { InputSize } from "../model.ts";

/** What determines the network. All of it can be read off a checkpoint's variables. */
export interface TripletArchitecture {
  readonly hourglass: HourglassOptions;
  readonly classes: number;
}

/** COCO's classes, without the ten unused ids. */
const COCO_CLASSES = 80;

export const TRIPLET_ARCHITECTURES = {
  "centernet-52": { hourglass: HOURGLASS["triplet-52"], classes: COCO_CLASSES },
  "centernet-104": { hourglass: HOURGLASS["hourglass-104"], classes: COCO_CLASSES },
} as const satisfies Record<string, TripletArchitecture>;

/** The graph's outputs by name. */
export type TripletOutputs = Readonly<
  Record<
    | "topLeftHeatmap"
    | "topLeftOffset"
    | "topLeftEmbedding"
    | "bottomRightHeatmap"
    | "bottomRightOffset"
    | "bottomRightEmbedding"
    | "centerHeatmap"
    | "centerOffset",
    Tensor
  >
>;

/**
 * Sides of the input are one less than a multiple of this (127, 255, 383, 511, …). Every halving then rounds
 * up, so that doubling restores the same sides.
 */
export function tripletSizeMultiple({ hourglass: { channels } }: TripletArchitecture): number {
  return 4 * 2 ** (channels.length - 1);
}

/**
 * Input: `image`, in the order blue, green, red, normalized by `centerOnCanvas`. Outputs: those of
 * `TripletOutputs`, each with sides of (input side + 1) / 4 cells. Heatmaps are probabilities.
 *
 * The last stack's heads have the scope `heads`. Those of an earlier stack s have the scope `stack<s>.heads`.
 * They are needed for training and stored in checkpoints, but no output reads them, so they run only if they
 * are tapped.
 */
export function tripletGraph(architecture: TripletArchitecture, { height, width }: InputSize): Graph {
  const builder = new GraphBuilder();
  const { root } = builder;
  const image = builder.input("image", shapeOf(height, width, 3)); // H x W x 3
  const stacks = hourglass(image, root.at("backbone"), architecture.hourglass); // H/4 x W/4 x C
  const options = { classes: architecture.classes, filters: architecture.hourglass.channels[0] };
  const last = stacks.length - 1;
  stacks.slice(0, last).forEach((features, s) => {
    tripletHeads(features, root.at(`stack${s}`).at("heads"), options);
  });
  declareOutputs(builder, tripletHeads(stacks[last], root.at("heads"), options));
  return builder.build();
}

function declareOutputs(builder: GraphBuilder, { topLeft, bottomRight, center }: TripletHeads): void {
  const values = {
    topLeftHeatmap: topLeft.heatmap,
    topLeftOffset: topLeft.offset,
    topLeftEmbedding: topLeft.embedding,
    bottomRightHeatmap: bottomRight.heatmap,
    bottomRightOffset: bottomRight.offset,
    bottomRightEmbedding: bottomRight.embedding,
    centerHeatmap: center.heatmap,
    centerOffset: center.offset,
  } satisfies Record<keyof TripletOutputs, unknown>;
  for (const [name, value] of Object.entries(values)) builder.output(name, value);
}

/** The names of the outputs that the decode finds peaks in. */
export const TRIPLET_OUTPUTS: TripletOutputNames = {
  topLeft: { heatmap: "topLeftHeatmap", offset: "topLeftOffset", embedding: "topLeftEmbedding" },
  bottomRight: {
    heatmap: "bottomRightHeatmap",
    offset: "bottomRightOffset",
    embedding: "bottomRightEmbedding",
  },
  center: { heatmap: "centerHeatmap", offset: "centerOffset" },
};

/** The graph's outputs in the form that the decode takes. */
export function tripletMaps(outputs: Readonly<Record<string, Tensor>>): TripletMaps {
  const keypoint = ({ heatmap, offset, embedding }: CornerOrCenterOutputs): CornerOrCenterMaps => ({
    heatmap: outputs[heatmap],
    offset: outputs[offset],
    ...(embedding !== undefined && { embedding: outputs[embedding] }),
  });
  const { topLeft, bottomRight, center } = TRIPLET_OUTPUTS;
  return { topLeft: keypoint(topLeft), bottomRight: keypoint(bottomRight), center: keypoint(center) };
}
