import { convolutionDispatches, kernelConstant } from "../wgsl/convolution.ts";
import { biasConstants } from "../wgsl/epilogue.ts";
import type { WgslKernelOf } from "../wgsl/kernel.ts";
import { winogradWgsl } from "../wgsl/winograd.ts";
import { chooseWgslConvolution } from "./chooseWgslConvolution.ts";
import type { Conv2dAttributes } from "./op.ts";

export const conv2dWgsl: WgslKernelOf<Conv2dAttributes> = (call, target) => {
  const { convolution, reason } = chooseWgslConvolution(call, target.precision);
  if (convolution === "winograd") return winogradWgsl(call, target, reason);
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
  const taps = Array.from({ length: side * side }, (_, tap) => tap * inputChannels * channels);
  return {
    algorithm: `gathered product of matrices${slices > 1 ? ` in ${slices} slices` : ""}: ${reason}`,
    constants: [
      kernelConstant({ taps, inputChannels, channels, inputStep: channels, outputStep: 1 }),
      ...biasConstants(call),
    ],
    scratchBytes,
    dispatches,
  };
};
