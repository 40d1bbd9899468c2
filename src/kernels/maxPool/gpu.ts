import type { GpuKernelOf } from "../kernel.ts";
import { windowConstants } from "../window.ts";
import type { MaxPoolAttributes } from "./op.ts";

/** `largest` starts near the lowest float32 and is always replaced, since each window holds at least one cell. */
export const maxPoolGpu: GpuKernelOf<MaxPoolAttributes> = ({ attributes, inputs: [[, height, width]] }) => ({
  source: `function maxPool(x) {
  let largest = -3.4e38;
  for (let u = 0; u < this.constants.windowSide; u++) {
    const row = this.thread.z * this.constants.stride + u - this.constants.padTop;
    for (let v = 0; v < this.constants.windowSide; v++) {
      const column = this.thread.y * this.constants.stride + v - this.constants.padLeft;
      if (row >= 0 && row < this.constants.height && column >= 0 && column < this.constants.width) {
        largest = Math.max(largest, x[row][column][this.thread.x]);
      }${OUTSIDE[attributes.outside]}
    }
  }
  return largest;
}`,
  integers: { ...windowConstants(attributes), height, width },
});

const OUTSIDE = {
  ignored: "",
  zero: ` else {
        largest = Math.max(largest, 0);
      }`,
} satisfies Record<MaxPoolAttributes["outside"], string>;
