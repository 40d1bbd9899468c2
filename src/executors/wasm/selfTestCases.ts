import { padAll } from "../../kernels/window.ts";
import { shapeOf } from "../../tensor.ts";
import type { NamedCase } from "../selfTest.ts";

/** Kernels that the first case of `conv2d`, an image, does not use: plane-by-plane gathering and Winograd's transforms. */
export const WASM_SELF_TEST: readonly NamedCase[] = [
  {
    op: "conv2d",
    opCase: {
      title: "3x3, stride 2, gathered, a last panel of 4",
      inputs: [shapeOf(9, 7, 9)],
      attributes: { kernel: 3, stride: 2, padding: padAll(1), channels: 11 },
      epilogue: { bias: true, residual: true, activation: "relu" },
    },
  },
  {
    op: "conv2d",
    opCase: {
      title: "3x3 by F(2x2), sizes that no tile divides",
      inputs: [shapeOf(9, 11, 9)],
      attributes: { kernel: 3, stride: 1, padding: padAll(1), channels: 11 },
      epilogue: { bias: true, residual: true, activation: "relu6" },
    },
  },
  {
    op: "conv2d",
    opCase: {
      title: "3x3 by F(4x4), sizes that no tile divides",
      inputs: [shapeOf(33, 32, 8)],
      attributes: { kernel: 3, stride: 1, padding: padAll(1), channels: 8 },
      epilogue: { bias: true, residual: true, activation: "relu" },
    },
  },
];
