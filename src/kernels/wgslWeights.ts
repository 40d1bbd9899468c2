import { LANES, vectorCount, type WgslConstant } from "./wgsl/kernel.ts";

/** A convolution's kernel as the right matrix of a product: [tap][input channel][channel]. */
export interface KernelLayout {
  /** Where each tap's numbers start in the parameter `kernel`. */
  readonly taps: readonly number[];
  readonly inputChannels: number;
  readonly channels: number;
  /** From one input or output channel to the next, in the parameter. */
  readonly inputStep: number;
  readonly outputStep: number;
}

/** At least one tap, of zeros where there is none. */
export function kernelConstant(layout: KernelLayout): WgslConstant {
  const { taps, inputChannels, channels, inputStep, outputStep } = layout;
  const rows = vectorCount(inputChannels) * LANES;
  const columns = vectorCount(channels) * LANES;
  return {
    vectors: (Math.max(1, taps.length) * rows * columns) / LANES,
    write(target, { kernel }) {
      for (const [index, start] of taps.entries()) {
        for (let input = 0; input < inputChannels; input++) {
          const from = start + input * inputStep;
          const to = (index * rows + input) * columns;
          if (outputStep === 1) target.set(kernel.subarray(from, from + channels), to);
          else for (let o = 0; o < channels; o++) target[to + o] = kernel[from + o * outputStep];
        }
      }
    },
  };
}
