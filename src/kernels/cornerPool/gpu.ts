import type { GpuKernel, GpuKernelOf } from "../kernel.ts";
import { type CornerPoolAttributes, POOL_STEPS } from "./op.ts";

/**
 * Each thread computes one cell, so there is no scan along a line. Instead each pass takes the larger of a cell and the
 * one 1, 2, 4, … further on. After n passes a cell holds the largest of 2^n cells, so log2(length) passes are enough.
 * Reading the whole line in every thread would take `length` reads per cell.
 *
 * Comparisons with NaN are false and not every device's `max` returns NaN, so the kernel tests for it explicitly.
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
