import { shapeOf } from "../../tensor.ts";
import type { OpCase } from "../opCase.ts";
import { padAll } from "../window.ts";
import type { TransposedConv2dAttributes } from "./op.ts";

const AFTER = { top: 0, left: 0, bottom: 1, right: 1 };

export const transposedConv2dCases: readonly OpCase<TransposedConv2dAttributes>[] = [
  {
    title: "3x3, stride 2, twice the size, odd sizes, 5 to 7 channels",
    inputs: [shapeOf(3, 5, 5)],
    attributes: { kernel: 3, stride: 2, padding: AFTER, channels: 7 },
    epilogue: { bias: true, residual: true, activation: "relu6" },
  },
  {
    title: "4x4, stride 2, cut all around",
    inputs: [shapeOf(4, 3, 4)],
    attributes: { kernel: 4, stride: 2, padding: padAll(1), channels: 8 },
    epilogue: { bias: true, residual: false, activation: "relu" },
  },
  {
    title: "3x3, stride 1, cut more before than after",
    inputs: [shapeOf(4, 6, 3)],
    attributes: { kernel: 3, stride: 1, padding: { top: 2, left: 1, bottom: 0, right: 1 }, channels: 5 },
  },
  {
    title: "2x2, stride 3, leaves gaps of zeros",
    inputs: [shapeOf(3, 2, 2)],
    attributes: { kernel: 2, stride: 3, padding: padAll(0), channels: 4 },
  },
  {
    title: "a map of one cell, one channel",
    inputs: [shapeOf(1, 1, 1)],
    attributes: { kernel: 3, stride: 2, padding: AFTER, channels: 1 },
    epilogue: { bias: false, residual: true, activation: "none" },
  },
  {
    title: "many input channels (1003), beyond gpu.js's default loop limit",
    inputs: [shapeOf(2, 2, 1003)],
    attributes: { kernel: 3, stride: 2, padding: AFTER, channels: 4 },
  },
];
