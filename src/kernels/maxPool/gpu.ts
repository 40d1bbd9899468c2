import type { GpuKernelOf } from "../kernel.ts";
import { type Window, windowConstants } from "../window.ts";

/** Starts below every float32, since each window holds at least one cell of the map. */
export const maxPoolGpu: GpuKernelOf<Window> = ({ attributes, inputs: [[, height, width]] }) => ({
  source: `function maxPool(x) {
  let largest = -3.4e38;
  for (let u = 0; u < this.constants.windowSide; u++) {
    const row = this.thread.z * this.constants.stride + u - this.constants.padTop;
    if (row >= 0 && row < this.constants.height) {
      for (let v = 0; v < this.constants.windowSide; v++) {
        const column = this.thread.y * this.constants.stride + v - this.constants.padLeft;
        if (column >= 0 && column < this.constants.width) {
          largest = Math.max(largest, x[row][column][this.thread.x]);
        }
      }
    }
  }
  return largest;
}`,
  integers: { ...windowConstants(attributes), height, width },
});
