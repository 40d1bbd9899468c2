import { shapeOf } from "../../tensor.ts";
import type { OpCase } from "../opCase.ts";
import { padAll, type Window } from "../window.ts";

export const depthwiseConv2dCases: readonly OpCase<Window>[] = [
  {
    title: "3x3, stride 2, padded after only, 5 channels",
    inputs: [shapeOf(6, 4, 5)],
    attributes: { kernel: 3, stride: 2, padding: { top: 0, left: 0, bottom: 1, right: 1 } },
    epilogue: { bias: true, residual: false, activation: "relu6" },
  },
  {
    title: "3x3, stride 1, odd sizes",
    inputs: [shapeOf(5, 7, 8)],
    attributes: { kernel: 3, stride: 1, padding: padAll(1) },
  },
  {
    title: "3x3 on a map of one cell",
    inputs: [shapeOf(1, 1, 3)],
    attributes: { kernel: 3, stride: 1, padding: padAll(1) },
    epilogue: { bias: true, residual: true, activation: "relu" },
  },
  {
    title: "5x5, stride 2, padded (1, 2), one channel",
    inputs: [shapeOf(8, 6, 1)],
    attributes: { kernel: 5, stride: 2, padding: { top: 1, left: 1, bottom: 2, right: 2 } },
  },
  {
    title: "many channels (1003), beyond gpu.js's default loop limit",
    inputs: [shapeOf(3, 3, 1003)],
    attributes: { kernel: 3, stride: 1, padding: padAll(1) },
    epilogue: { bias: false, residual: true, activation: "none" },
  },
];
