import { epilogueArguments, epilogueSource } from "../gpuEpilogue.ts";
import type { GpuKernelOf } from "../kernel.ts";
import { type Window, windowConstants } from "../window.ts";

/**
 * The formula of `op.ts` from the output's side: each thread sums over the cells of its channel whose windows cover its
 * output cell (`transposedConv2dGpu` tells which these are, and why 0.25 is added).
 */
export const depthwiseTransposedConv2dGpu: GpuKernelOf<Window> = ({ attributes, inputs, epilogue }) => {
  const [, height, width, channels] = inputs[0];
  return {
    source: `function depthwiseTransposedConv2d(${epilogueArguments(epilogue)}) {
  let sum = 0;
  for (let u = 0; u < this.constants.windowSide; u++) {
    const down = this.thread.z + this.constants.padTop - u;
    const row = Math.floor((down + 0.25) / this.constants.stride);
    if (row >= 0 && row < this.constants.height && row * this.constants.stride === down) {
      for (let v = 0; v < this.constants.windowSide; v++) {
        const across = this.thread.y + this.constants.padLeft - v;
        const column = Math.floor((across + 0.25) / this.constants.stride);
        if (column >= 0 && column < this.constants.width && column * this.constants.stride === across) {
          sum += x[row][column][this.thread.x] * this.constants.kernel[u * this.constants.windowSide + v][this.thread.x];
        }
      }
    }
  }
  ${epilogueSource(epilogue)}
}`,
    integers: { ...windowConstants(attributes), height, width },
    parameters: { kernel: [channels, attributes.kernel * attributes.kernel], bias: [channels] },
  };
};
