import { shapeOf } from "../../tensor.ts";
import type { OpCase } from "../opCase.ts";
import { padAll, type Window } from "../window.ts";

export const depthwiseTransposedConv2dCases: readonly OpCase<Window>[] = [
  {
    title: "4x4, stride 2, twice the size, odd sizes, 5 channels",
    inputs: [shapeOf(3, 5, 5)],
    attributes: { kernel: 4, stride: 2, padding: padAll(1) },
    epilogue: { bias: true, residual: true, activation: "relu" },
  },
  {
    title: "8x8, stride 4, four times the size",
    inputs: [shapeOf(4, 3, 8)],
    attributes: { kernel: 8, stride: 4, padding: padAll(2) },
    epilogue: { bias: false, residual: true, activation: "none" },
  },
  {
    title: "4x4, stride 2, nothing cut off",
    inputs: [shapeOf(5, 9, 4)],
    attributes: { kernel: 4, stride: 2, padding: padAll(0) },
  },
  {
    title: "6x6, stride 3, all borders cut differently",
    inputs: [shapeOf(6, 7, 6)],
    attributes: { kernel: 6, stride: 3, padding: { top: 4, left: 7, bottom: 1, right: 2 } },
    epilogue: { bias: true, residual: true, activation: "relu6" },
  },
  {
    title: "4x4, stride 2, cut to one column",
    inputs: [shapeOf(4, 2, 4)],
    attributes: { kernel: 4, stride: 2, padding: { top: 1, left: 4, bottom: 1, right: 1 } },
    epilogue: { bias: true, residual: false, activation: "none" },
  },
  {
    title: "3x3, stride 2, cut more before than after, a map of one cell",
    inputs: [shapeOf(1, 1, 3)],
    attributes: { kernel: 3, stride: 2, padding: { top: 1, left: 0, bottom: 0, right: 1 } },
  },
  {
    title: "2x2, stride 3, leaves gaps of zeros",
    inputs: [shapeOf(3, 2, 9)],
    attributes: { kernel: 2, stride: 3, padding: padAll(0) },
    epilogue: { bias: true, residual: false, activation: "relu6" },
  },
];
