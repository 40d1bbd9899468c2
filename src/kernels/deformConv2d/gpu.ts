import { epilogueSource } from "../gpuEpilogue.ts";
import type { GpuKernelOf } from "../kernel.ts";
import { type DeformConv2dAttributes, FIRST_MASK, SAMPLES, WINDOW_SIDE } from "./op.ts";

/**
 * The formula of `op.ts`: each thread sums over the nine samples k and the input channels c. A sample's four weights
 * contain its mask; those of cells outside the map are 0, and the cell on the border is read for them, since nothing
 * may be read outside. About 0.25 see `upsampleNearestGpu`. Below −80 a mask is 2e-35 instead of less, because its
 * power would overflow.
 */
export const deformConv2dGpu: GpuKernelOf<DeformConv2dAttributes> = ({ attributes, inputs, epilogue }) => {
  const [, height, width, inputChannels] = inputs[0];
  return {
    source: `function deformConv2d(x, offsets${epilogue.residual ? ", residual" : ""}) {
  let sum = 0;
  for (let k = 0; k < this.constants.samples; k++) {
    const u = Math.floor((k + 0.25) / this.constants.windowSide);
    const v = k - u * this.constants.windowSide;
    const placeDown = this.thread.z + u - 1 + offsets[this.thread.z][this.thread.y][2 * k];
    const placeAcross = this.thread.y + v - 1 + offsets[this.thread.z][this.thread.y][2 * k + 1];
    if (placeDown > -1 && placeDown < this.constants.height && placeAcross > -1 && placeAcross < this.constants.width) {
      const logit = offsets[this.thread.z][this.thread.y][this.constants.firstMask + k];
      const mask = 1 / (1 + Math.exp(Math.min(-logit, 80)));
      const top = Math.floor(placeDown);
      const left = Math.floor(placeAcross);
      let above = (top + 1 - placeDown) * mask;
      let below = (placeDown - top) * mask;
      let before = left + 1 - placeAcross;
      let after = placeAcross - left;
      if (top < 0) above = 0;
      if (top + 1 >= this.constants.height) below = 0;
      if (left < 0) before = 0;
      if (left + 1 >= this.constants.width) after = 0;
      const row = Math.max(top, 0);
      const column = Math.max(left, 0);
      const nextRow = Math.min(top + 1, this.constants.height - 1);
      const nextColumn = Math.min(left + 1, this.constants.width - 1);
      for (let c = 0; c < this.constants.inputChannels; c++) {
        sum += this.constants.kernel[k][c][this.thread.x] * (
          above * (before * x[row][column][c] + after * x[row][nextColumn][c]) +
          below * (before * x[nextRow][column][c] + after * x[nextRow][nextColumn][c]));
      }
    }
  }
  ${epilogueSource(epilogue)}
}`,
    integers: {
      height,
      width,
      inputChannels,
      samples: SAMPLES,
      windowSide: WINDOW_SIDE,
      firstMask: FIRST_MASK,
    },
    parameters: {
      kernel: [attributes.channels, inputChannels, SAMPLES],
      bias: [attributes.channels],
    },
  };
};
