import { convolutionDispatches, type KernelLayout, kernelConstant } from "../wgsl/convolution.ts";
import { biasConstants } from "../wgsl/epilogue.ts";
import type { WgslCall, WgslDispatch, WgslKernelOf, WgslTarget } from "../wgsl/kernel.ts";
import type { TransposedConv2dAttributes } from "./op.ts";

/**
 * The output's rows and columns fall into `stride` phases each. All cells of a phase use the same kernel positions, on
 * input cells that are one apart. So each of the stride² phases is a convolution of stride 1 that writes every
 * `stride`-th cell, without multiplying by the zeros in between.
 */
export const transposedConv2dWgsl: WgslKernelOf<TransposedConv2dAttributes> = (call, target) => {
  const { stride } = call.attributes;
  const [, height, width] = call.output;
  const phases = Array.from({ length: stride * stride }, (_, index) => ({
    top: Math.floor(index / stride),
    left: index % stride,
  })).filter(({ top, left }) => top < height && left < width);
  const kernels = phases.map(({ top, left }) => [
    phasePositions(top + call.attributes.padding.top, call.attributes),
    phasePositions(left + call.attributes.padding.left, call.attributes),
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

/** The kernel's rows or columns that a phase uses, in the order of the input cells that they multiply. */
interface PhasePositions {
  readonly positions: readonly number[];
  /** Distance from a cell of the phase to the first input cell, in cells. */
  readonly first: number;
}

function phasePositions(offset: number, { kernel, stride }: TransposedConv2dAttributes): PhasePositions {
  const positions = Array.from({ length: kernel }, (_, u) => kernel - 1 - u).filter(
    (u) => (offset - u) % stride === 0,
  );
  return { positions, first: positions.length > 0 ? (offset - positions[0]) / stride : 0 };
}

function layout(
  { attributes, inputs }: WgslCall<TransposedConv2dAttributes>,
  down: PhasePositions,
  across: PhasePositions,
): KernelLayout {
  const { kernel: side, channels } = attributes;
  const [, , , inputChannels] = inputs[0];
  const kernelOffsets = down.positions.flatMap((u) =>
    across.positions.map((v) => (u * side + v) * channels * inputChannels),
  );
  return { kernelOffsets, inputChannels, channels, inputStep: 1, outputStep: inputChannels };
}

function phaseDispatches(
  call: WgslCall<TransposedConv2dAttributes>,
  target: WgslTarget,
  { top, left }: { top: number; left: number },
  [down, across]: readonly PhasePositions[],
  index: number,
  phases: number,
): readonly WgslDispatch[] {
  const { kernel, stride } = call.attributes;
  const [, height, width] = call.output;
  const columns = Math.ceil((width - left) / stride);
  // A phase without any kernel position takes one of zeros, so that it writes the epilogue of 0.
  const hasPositions = down.positions.length * across.positions.length > 0;
  return convolutionDispatches(
    {
      title: `transposedConv2d ${kernel} x ${kernel}, stride ${stride}, phase (${top}, ${left})`,
      kernelHeight: hasPositions ? down.positions.length : 1,
      kernelWidth: hasPositions ? across.positions.length : 1,
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
