import { shapeOf } from "../../tensor.ts";
import type { OpCase } from "../opCase.ts";
import { type DeformConv2dAttributes, OFFSET_CHANNELS } from "./op.ts";

/** `range` is that of the offsets and of the masks' logits too. */
export const deformConv2dCases: readonly OpCase<DeformConv2dAttributes>[] = [
  {
    title: "offsets up to 3 cells, odd sizes, 5 to 7 channels",
    inputs: [shapeOf(5, 6, 5), shapeOf(5, 6, OFFSET_CHANNELS)],
    attributes: { channels: 7 },
    epilogue: { bias: true, residual: true, activation: "relu" },
    range: 3,
  },
  {
    title: "an image, offsets below 1 cell",
    inputs: [shapeOf(6, 4, 3), shapeOf(6, 4, OFFSET_CHANNELS)],
    attributes: { channels: 9 },
    epilogue: { bias: true, residual: false, activation: "none" },
  },
  {
    title: "most samples outside the map, masks near 0 and 1",
    inputs: [shapeOf(3, 9, 8), shapeOf(3, 9, OFFSET_CHANNELS)],
    attributes: { channels: 12 },
    range: 20,
  },
  {
    title: "a map of one cell, one channel",
    inputs: [shapeOf(1, 1, 1), shapeOf(1, 1, OFFSET_CHANNELS)],
    attributes: { channels: 1 },
  },
  {
    title: "several blocks of cells, more channels than a panel",
    inputs: [shapeOf(11, 13, 20), shapeOf(11, 13, OFFSET_CHANNELS)],
    attributes: { channels: 36 },
    epilogue: { bias: true, residual: false, activation: "relu" },
    range: 2,
  },
];
