import { shapeOf } from "../../tensor.ts";
import type { OpCase } from "../opCase.ts";
import { padAll, type Window } from "../window.ts";

export const maxPoolCases: readonly OpCase<Window>[] = [
  {
    title: "5x5 around each cell, as for peaks, odd sizes",
    inputs: [shapeOf(7, 5, 3)],
    attributes: { kernel: 5, stride: 1, padding: padAll(2) },
  },
  {
    title: "3x3, stride 2, padded after only",
    inputs: [shapeOf(6, 8, 5)],
    attributes: { kernel: 3, stride: 2, padding: { top: 0, left: 0, bottom: 1, right: 1 } },
  },
  {
    title: "3x3 on a map of one cell",
    inputs: [shapeOf(1, 1, 2)],
    attributes: { kernel: 3, stride: 1, padding: padAll(1) },
  },
  {
    title: "2x2, which reaches further to the bottom and right",
    inputs: [shapeOf(4, 4, 4)],
    attributes: { kernel: 2, stride: 1, padding: { top: 0, left: 0, bottom: 1, right: 1 } },
  },
];
