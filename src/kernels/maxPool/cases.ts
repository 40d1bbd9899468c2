import { shapeOf } from "../../tensor.ts";
import type { OpCase } from "../opCase.ts";
import { padAll } from "../window.ts";
import type { MaxPoolAttributes } from "./op.ts";

const AFTER = { top: 0, left: 0, bottom: 1, right: 1 };

export const maxPoolCases: readonly OpCase<MaxPoolAttributes>[] = [
  {
    title: "5x5 around each cell, as for peaks, odd sizes",
    inputs: [shapeOf(7, 5, 3)],
    attributes: { kernel: 5, stride: 1, padding: padAll(2), outside: "ignored" },
  },
  {
    title: "3x3, stride 2, padded after only",
    inputs: [shapeOf(6, 8, 5)],
    attributes: { kernel: 3, stride: 2, padding: AFTER, outside: "ignored" },
  },
  {
    title: "3x3 on a map of one cell",
    inputs: [shapeOf(1, 1, 2)],
    attributes: { kernel: 3, stride: 1, padding: padAll(1), outside: "ignored" },
  },
  {
    title: "2x2, which reaches further to the bottom and right",
    inputs: [shapeOf(4, 4, 4)],
    attributes: { kernel: 2, stride: 1, padding: AFTER, outside: "ignored" },
  },
  {
    title: "2x2 at the corners of a map of one cell, where zeros count",
    inputs: [shapeOf(1, 1, 16)],
    attributes: { kernel: 2, stride: 1, padding: padAll(1), outside: "zero" },
  },
  {
    title: "3x3, stride 2, padded all around by zeros that count, odd sizes",
    inputs: [shapeOf(7, 6, 5)],
    attributes: { kernel: 3, stride: 2, padding: padAll(1), outside: "zero" },
  },
  {
    title: "3x3, stride 2, where no window reaches the last padding",
    inputs: [shapeOf(4, 4, 4)],
    attributes: { kernel: 3, stride: 2, padding: padAll(1), outside: "zero" },
  },
  {
    title: "1x1, stride 2, takes every other cell",
    inputs: [shapeOf(5, 6, 7)],
    attributes: { kernel: 1, stride: 2, padding: padAll(0), outside: "ignored" },
  },
];
