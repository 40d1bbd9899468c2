import type { GpuKernel, GpuKernelOf } from "../kernel.ts";
import { type CornerPoolAttributes, POOL_STEPS } from "./op.ts";

/**
 * A thread sees one cell, so nothing can run along a line. Instead each pass takes the larger of a cell and
 * the one 1, 2, 4, … further on: after n passes a cell holds the largest of 2^n, and log2 of the line's length
 * are enough, where reading the whole line in every thread would take as many reads as it has cells.
 *
 * A comparison with NaN is false, so NaNs are asked for: not every device's `max` lets them through.
 */
export const cornerPoolGpu: GpuKernelOf<CornerPoolAttributes> = ({ attributes, output }) => {
  const [, height, width] = output;
  const { down, right } = POOL_STEPS[attributes.direction];
  const length = down === 0 ? width : height;
  const pass = (distance: number): GpuKernel => ({
    source: `function cornerPool(x) {
  let largest = x[this.thread.z][this.thread.y][this.thread.x];
  const row = this.thread.z + this.constants.down;
  const column = this.thread.y + this.constants.right;
  if (row >= 0 && row < this.constants.height && column >= 0 && column < this.constants.width) {
    const other = x[row][column][this.thread.x];
    if (other > largest || other !== other) {
      largest = other;
    }
  }
  return largest;
}`,
    integers: { down: down * distance, right: right * distance, height, width },
  });
  const passes = [pass(1)];
  for (let distance = 2; distance < length; distance *= 2) passes.push(pass(distance));
  return passes;
};
