import { epilogueArguments, epilogueSource } from "../gpuEpilogue.ts";
import type { GpuKernelOf } from "../kernel.ts";
import { type Window, windowConstants } from "../window.ts";

/** The formula of `op.ts`: each thread sums over the window (u, v) of its channel. */
export const depthwiseConv2dGpu: GpuKernelOf<Window> = ({ attributes, inputs, epilogue }) => {
  const [, height, width, channels] = inputs[0];
  return {
    source: `function depthwiseConv2d(${epilogueArguments(epilogue)}) {
  let sum = 0;
  for (let u = 0; u < this.constants.windowSide; u++) {
    const row = this.thread.z * this.constants.stride + u - this.constants.padTop;
    if (row >= 0 && row < this.constants.height) {
      for (let v = 0; v < this.constants.windowSide; v++) {
        const column = this.thread.y * this.constants.stride + v - this.constants.padLeft;
        if (column >= 0 && column < this.constants.width) {
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
