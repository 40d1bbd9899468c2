import { epilogueArguments, epilogueSource } from "../gpuEpilogue.ts";
import type { GpuKernelOf } from "../kernel.ts";
import { windowConstants } from "../window.ts";
import type { Conv2dAttributes } from "./op.ts";

/** The formula of `op.ts`: each thread sums over the window (u, v) and the input channels c. */
export const conv2dGpu: GpuKernelOf<Conv2dAttributes> = ({ attributes, inputs, epilogue }) => {
  const [, height, width, inputChannels] = inputs[0];
  const { kernel, channels } = attributes;
  return {
    source: `function conv2d(${epilogueArguments(epilogue)}) {
  let sum = 0;
  for (let u = 0; u < this.constants.windowSide; u++) {
    const row = this.thread.z * this.constants.stride + u - this.constants.padTop;
    if (row >= 0 && row < this.constants.height) {
      for (let v = 0; v < this.constants.windowSide; v++) {
        const column = this.thread.y * this.constants.stride + v - this.constants.padLeft;
        if (column >= 0 && column < this.constants.width) {
          for (let c = 0; c < this.constants.inputChannels; c++) {
            sum += x[row][column][c] * this.constants.kernel[u * this.constants.windowSide + v][c][this.thread.x];
          }
        }
      }
    }
  }
  ${epilogueSource(epilogue)}
}`,
    integers: { ...windowConstants(attributes), height, width, inputChannels },
    parameters: { kernel: [channels, inputChannels, kernel * kernel], bias: [channels] },
  };
};
