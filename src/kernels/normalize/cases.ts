import { shapeOf } from "../../tensor.ts";
import type { OpCase } from "../opCase.ts";
import type { NormalizeAttributes } from "./op.ts";

const RGB = [0, 1, 2];
const BGR = [2, 1, 0];
const ZERO = [0, 0, 0];

export const normalizeCases: readonly OpCase<NormalizeAttributes>[] = [
  {
    title: "a mean, a scale and an offset per channel, channels reversed",
    inputs: [shapeOf(3, 5, 3)],
    attributes: { order: BGR, mean: [0.25, -2, 1], scale: [0.5, 2, -1.25], offset: [-1, 0.125, 3] },
  },
  {
    title: "0..255 to -1..1",
    inputs: [shapeOf(1, 1, 3)],
    attributes: { order: RGB, mean: ZERO, scale: [2 / 255, 2 / 255, 2 / 255], offset: [-1, -1, -1] },
  },
  {
    title: "divided, as the original does",
    inputs: [shapeOf(2, 3, 3)],
    attributes: {
      order: BGR,
      mean: [104, -3, 0.5],
      scale: [1 / 3, 1 / 7, 0.2],
      divisor: [3, 7, 5],
      offset: ZERO,
    },
  },
  {
    title: "divided, seven channels",
    inputs: [shapeOf(2, 3, 7)],
    attributes: {
      order: [6, 5, 4, 3, 2],
      mean: [1, 2, 3, 4, 5],
      scale: [1 / 3, 1 / 7, 0.2, 0.125, 0.1],
      divisor: [3, 7, 5, 8, 10],
      offset: [0, 1, -1, 0, 2],
    },
  },
  {
    title: "one channel of four, twice",
    inputs: [shapeOf(2, 3, 4)],
    attributes: { order: [3, 3], mean: [0, 1], scale: [1, 1], offset: [0, 0] },
  },
  {
    title: "the last of six channels",
    inputs: [shapeOf(4, 3, 6)],
    attributes: { order: [5], mean: [-1], scale: [3], offset: [0.5] },
  },
];
