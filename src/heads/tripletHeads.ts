import { type Corner, cascadeCornerPool } from "../blocks/cascadeCornerPool.ts";
import { centerPool } from "../blocks/centerPool.ts";
import type { Scope, Value } from "../graph/graph.ts";
import { sigmoid } from "../kernels/elementwise/op.ts";
import { type PredictionHeadOptions, predictionHead } from "./predictionHead.ts";

/** The maps of one corner or of the center. */
export interface CornerOrCenterHead {
  /** Probability that a cell holds this corner or center for each class: H x W x classes. */
  readonly heatmap: Value;
  /** (x, y) of the corner or center within its cell: H x W x 2. */
  readonly offset: Value;
}

export interface CornerHead extends CornerOrCenterHead {
  /** A number that is similar at both corners of an object and differs between objects: H x W x 1. */
  readonly embedding: Value;
}

/** Keypoint triplets (Duan et al., arXiv:1904.08189, section 3.2): two corners and a center per object. */
export interface TripletHeads {
  readonly topLeft: CornerHead;
  readonly bottomRight: CornerHead;
  readonly center: CornerOrCenterHead;
}

export interface TripletHeadOptions {
  readonly classes: number;
  /** Channels of the hidden layer in each head. */
  readonly filters: number;
}

/**
 * Scopes of the parameters: `topLeft`, `bottomRight` and `center`. Each has `pool` (the parameters of
 * `cascadeCornerPool` or `centerPool`), `heatmap`, `offset` and, for corners, `embedding`; the last three
 * like `predictionHead`. The value before the sigmoid is `topLeft.heatmap.out.bias`.
 */
export function tripletHeads(features: Value, p: Scope, options: TripletHeadOptions): TripletHeads {
  const center = p.at("center");
  return {
    topLeft: cornerHead(features, p, "topLeft", options),
    bottomRight: cornerHead(features, p, "bottomRight", options),
    center: cornerOrCenterHead(centerPool(features, center.at("pool")), center, options),
  };
}

function cornerHead(features: Value, heads: Scope, corner: Corner, options: TripletHeadOptions): CornerHead {
  const p = heads.at(corner);
  const pooled = cascadeCornerPool(features, p.at("pool"), corner); // H x W x C
  const embedding = predictionHead(pooled, p.at("embedding"), 1, plain(options));
  return { ...cornerOrCenterHead(pooled, p, options), embedding };
}

function cornerOrCenterHead(pooled: Value, p: Scope, options: TripletHeadOptions): CornerOrCenterHead {
  const scope = p.at("heatmap");
  const heatmap = sigmoid(predictionHead(pooled, scope, options.classes, plain(options)), scope);
  return { heatmap, offset: predictionHead(pooled, p.at("offset"), 2, plain(options)) };
}

function plain({ filters }: TripletHeadOptions): PredictionHeadOptions {
  return { filters, separable: false };
}
