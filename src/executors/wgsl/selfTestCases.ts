import { padAll } from "../../kernels/window.ts";
import { shapeOf } from "../../tensor.ts";
import type { NamedCase } from "../selfTest.ts";

/** What the first case of `conv2d` does not reach: Winograd's transforms, and sums cut in slices. */
export const WGSL_SELF_TEST: readonly NamedCase[] = [
  {
    op: "conv2d",
    opCase: {
      title: "3x3 by Winograd, sizes that no tile divides",
      inputs: [shapeOf(17, 18, 33)],
      attributes: { kernel: 3, stride: 1, padding: padAll(1), channels: 35 },
      epilogue: { bias: true, residual: true, activation: "relu" },
    },
  },
  {
    op: "conv2d",
    opCase: {
      title: "many input channels on a small map, in slices",
      inputs: [shapeOf(3, 3, 150)],
      attributes: { kernel: 3, stride: 1, padding: padAll(1), channels: 12 },
      epilogue: { bias: true, residual: true, activation: "relu6" },
    },
  },
];
