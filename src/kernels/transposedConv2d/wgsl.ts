import { convolutionDispatches, type KernelLayout, kernelConstant } from "../wgsl/convolution.ts";
import { biasConstants } from "../wgsl/epilogue.ts";
import type { WgslCall, WgslDispatch, WgslKernelOf, WgslTarget } from "../wgsl/kernel.ts";
import type { TransposedConv2dAttributes } from "./op.ts";

/**
 * The output's rows and columns fall into `stride` phases each: all cells of one phase see the same taps of
 * the kernel, one input cell apart. So each of the stride² phases is a convolution of its own at stride 1
 * that writes every `stride`-th cell, and no multiplication by a zero in between is done.
 */
export const transposedConv2dWgsl: WgslKernelOf<TransposedConv2dAttributes> = (call, target) => {
  const { stride } = call.attributes;
  const [, height, width] = call.output;
  const phases = Array.from({ length: stride * stride }, (_, index) => ({
    top: Math.floor(index / stride),
    left: index % stride,
  })).filter(({ top, left }) => top < height && left < width);
  const kernels = phases.map(({ top, left }) => [
    phaseTaps(top + call.attributes.padding.top, call.attributes),
    phaseTaps(left + call.attributes.padding.left, call.attributes),
  ]);
  return {
    algorithm: `gathered product of matrices for each of ${phases.length} phases`,
    constants: [
      ...kernels.map(([down, across]) => kernelConstant(layout(call, down, across))),
      ...biasConstants(call),
    ],
    scratchBytes: [],
    dispatches: phases.flatMap((phase, i) =>
      phaseDispatches(call, target, phase, kernels[i], i, phases.length),
    ),
  };
};

/** Those u of the kernel that a phase's cells see, in the order of the input cells under them. */
interface PhaseTaps {
  readonly taps: readonly number[];
  /** Cells from the phase's own to the first one under a tap. */
  readonly first: number;
}

function phaseTaps(place: number, { kernel, stride }: TransposedConv2dAttributes): PhaseTaps {
  const taps = Array.from({ length: kernel }, (_, u) => kernel - 1 - u).filter(
    (u) => (place - u) % stride === 0,
  );
  return { taps, first: taps.length > 0 ? (place - taps[0]) / stride : 0 };
}

function layout(
  { attributes, inputs }: WgslCall<TransposedConv2dAttributes>,
  down: PhaseTaps,
  across: PhaseTaps,
): KernelLayout {
  const { kernel: side, channels } = attributes;
  const [, , , inputChannels] = inputs[0];
  const taps = down.taps.flatMap((u) => across.taps.map((v) => (u * side + v) * channels * inputChannels));
  return { taps, inputChannels, channels, inputStep: 1, outputStep: inputChannels };
}

function phaseDispatches(
  call: WgslCall<TransposedConv2dAttributes>,
  target: WgslTarget,
  { top, left }: { top: number; left: number },
  [down, across]: readonly PhaseTaps[],
  index: number,
  phases: number,
): readonly WgslDispatch[] {
  const { kernel, stride } = call.attributes;
  const [, height, width] = call.output;
  const columns = Math.ceil((width - left) / stride);
  // A phase that no tap reaches has one of zeros, so that it writes what the epilogue makes of 0.
  const isReached = down.taps.length * across.taps.length > 0;
  return convolutionDispatches(
    {
      title: `transposedConv2d ${kernel} x ${kernel}, stride ${stride}, phase (${top}, ${left})`,
      kernelHeight: isReached ? down.taps.length : 1,
      kernelWidth: isReached ? across.taps.length : 1,
      stride: 1,
      top: -down.first,
      left: -across.first,
      rows: Math.ceil((height - top) / stride),
      columns,
      scatter: { columns, step: stride, top, left, width },
      weights: `constant${index}`,
      bias: `constant${phases}`,
    },
    call,
    target,
  ).dispatches;
}
