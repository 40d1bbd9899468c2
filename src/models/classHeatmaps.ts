/** The heatmaps of classes: for each cell and class, the probability that an object's center or corner lies there. */
import type { Tensor } from "../tensor.ts";
import type { ClassLabel } from "./coco.ts";

/** What a heatmap marks. Only models of triplets have heatmaps of corners. */
export type HeatmapPart = "center" | "topLeft" | "bottomRight";

/** Which outputs of a model's graph are heatmaps of classes. */
export interface HeatmapOutputs {
  readonly outputs: Readonly<Partial<Record<HeatmapPart, string>>>;
  /** The class of each channel. */
  readonly classIds: readonly number[];
}

/** The heatmaps of one image, as the network output them. */
export interface ClassHeatmaps {
  /** All of the model's classes. */
  readonly classes: readonly ClassLabel[];
  /** The class of each channel. */
  readonly classIds: readonly number[];
  /** One for each run of the network, in their order: [1, height, width, channels], from 0 to 1. */
  readonly views: readonly Readonly<Partial<Record<HeatmapPart, Tensor>>>[];
}
