import { shapeOf } from "../../tensor.ts";
import type { OpCase } from "../opCase.ts";
import { padAll } from "../window.ts";
import type { Conv2dAttributes } from "./op.ts";

const NONE = padAll(0);
const AFTER = { top: 0, left: 0, bottom: 1, right: 1 };

export const conv2dCases: readonly OpCase<Conv2dAttributes>[] = [
  {
    title: "3x3, stride 2, padded after only, odd sizes, 5 channels",
    inputs: [shapeOf(7, 5, 3)],
    attributes: { kernel: 3, stride: 2, padding: AFTER, channels: 5 },
    epilogue: { bias: true, residual: true, activation: "relu6" },
  },
  {
    title: "3x3, stride 1, padded all around",
    inputs: [shapeOf(6, 9, 4)],
    attributes: { kernel: 3, stride: 1, padding: padAll(1), channels: 8 },
  },
  {
    title: "1x1 on a map of one cell",
    inputs: [shapeOf(1, 1, 7)],
    attributes: { kernel: 1, stride: 1, padding: NONE, channels: 3 },
  },
  {
    title: "1x1, stride 2, reads every other cell",
    inputs: [shapeOf(5, 6, 6)],
    attributes: { kernel: 1, stride: 2, padding: NONE, channels: 10 },
    epilogue: { bias: true, residual: false, activation: "none" },
  },
  {
    title: "7x7, stride 2, padding wider than the map",
    inputs: [shapeOf(3, 2, 3)],
    attributes: { kernel: 7, stride: 2, padding: padAll(3), channels: 6 },
    epilogue: { bias: true, residual: false, activation: "relu" },
  },
  {
    title: "5x5, padded (1, 2)",
    inputs: [shapeOf(8, 8, 2)],
    attributes: { kernel: 5, stride: 2, padding: { top: 1, left: 1, bottom: 2, right: 2 }, channels: 4 },
    epilogue: { bias: false, residual: true, activation: "none" },
  },
  {
    title: "many input channels (1100), beyond gpu.js's default loop limit",
    inputs: [shapeOf(2, 2, 1100)],
    attributes: { kernel: 1, stride: 1, padding: NONE, channels: 4 },
    epilogue: { bias: false, residual: true, activation: "relu" },
  },
  {
    title: "one output channel",
    inputs: [shapeOf(4, 4, 9)],
    attributes: { kernel: 3, stride: 1, padding: padAll(1), channels: 1 },
  },
];
