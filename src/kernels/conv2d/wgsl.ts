import { convolutionDispatches, kernelConstant } from "../wgsl/convolution.ts";
import { biasConstants } from "../wgsl/epilogue.ts";
import type { WgslKernelOf } from "../wgsl/kernel.ts";
import { type ConvolutionChoice, chooseConvolution } from "./chooseConvolution.ts";
import type { Conv2dAttributes } from "./op.ts";
import { winogradWgsl } from "./wgslWinograd.ts";

/**
 * Winograd's F(4x4, 3x3) needs a quarter of the matrix product's multiplications, but its transforms read and write 2.25
 * times the map, and it reads 4 times the weights. The limits come from a model of a large GPU (bench/gpu), not yet from
 * a measurement.
 */
const ALGORITHMS: readonly ConvolutionChoice<"gemm" | "winograd">[] = [
  { algorithm: "gemm", reason: "not 3x3 at stride 1", applies: ({ is3x3Stride1 }) => !is3x3Stride1 },
  { algorithm: "gemm", reason: "precision exact", applies: ({ precision }) => precision === "exact" },
  { algorithm: "gemm", reason: "few channels", applies: ({ channels }) => channels < 32 },
  { algorithm: "gemm", reason: "a map below 16x16", applies: ({ cells }) => cells < 256 },
  { algorithm: "winograd", reason: "3x3 on a large map", applies: () => true },
];

export const conv2dWgsl: WgslKernelOf<Conv2dAttributes> = (call, target) => {
  const { algorithm, reason } = chooseConvolution(ALGORITHMS, call, target.precision);
  if (algorithm === "winograd") return winogradWgsl(call, target, reason);
  const { kernel: side, stride, padding, channels } = call.attributes;
  const [, , , inputChannels] = call.inputs[0];
  const [, rows, columns] = call.output;
  const { dispatches, scratchBytes, slices } = convolutionDispatches(
    {
      title: `conv2d ${side} x ${side}, stride ${stride}`,
      kernelHeight: side,
      kernelWidth: side,
      stride,
      top: padding.top,
      left: padding.left,
      rows,
      columns,
      weights: "constant0",
      bias: "constant1",
    },
    call,
    target,
  );
  const kernelOffsets = Array.from(
    { length: side * side },
    (_, position) => position * inputChannels * channels,
  );
  return {
    algorithm: `gathered product of matrices${slices > 1 ? ` in ${slices} slices` : ""}: ${reason}`,
    constants: [
      kernelConstant({ kernelOffsets, inputChannels, channels, inputStep: channels, outputStep: 1 }),
      ...biasConstants(call),
    ],
    scratchBytes,
    dispatches,
  };
};
