import { epilogueArguments, epilogueSource } from "../gpuEpilogue.ts";
import type { GpuKernelOf } from "../kernel.ts";
import { windowConstants } from "../window.ts";
import type { TransposedConv2dAttributes } from "./op.ts";

/**
 * The formula of `op.ts` from the output's side. Each thread sums over the cells of x whose windows cover its output
 * cell: those for which down = output + top − u is a multiple of the stride. Adding 0.25 before flooring the quotient
 * keeps a rounding error on any device from changing the result.
 */
export const transposedConv2dGpu: GpuKernelOf<TransposedConv2dAttributes> = (call) => {
  const { attributes, inputs, epilogue } = call;
  const [, height, width, inputChannels] = inputs[0];
  const { kernel, channels } = attributes;
  return {
    source: `function transposedConv2d(${epilogueArguments(epilogue)}) {
  let sum = 0;
  for (let u = 0; u < this.constants.windowSide; u++) {
    const down = this.thread.z + this.constants.padTop - u;
    const row = Math.floor((down + 0.25) / this.constants.stride);
    if (row >= 0 && row < this.constants.height && row * this.constants.stride === down) {
      for (let v = 0; v < this.constants.windowSide; v++) {
        const across = this.thread.y + this.constants.padLeft - v;
        const column = Math.floor((across + 0.25) / this.constants.stride);
        if (column >= 0 && column < this.constants.width && column * this.constants.stride === across) {
          for (let c = 0; c < this.constants.inputChannels; c++) {
            sum += x[row][column][c] * this.constants.kernel[u * this.constants.windowSide + v][this.thread.x][c];
          }
        }
      }
    }
  }
  ${epilogueSource(epilogue)}
}`,
    integers: { ...windowConstants(attributes), height, width, inputChannels },
    parameters: { kernel: [inputChannels, channels, kernel * kernel], bias: [channels] },
  };
};
