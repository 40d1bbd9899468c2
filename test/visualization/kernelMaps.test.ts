import { expect, test } from "vitest";
import { kernelMaps } from "../../src/visualization/kernelMaps.ts";

const counting = (...shape: number[]) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, index) => index),
});

test("a kernel of one output has a map for each input", () => {
  const kernel = counting(3, 2, 4, 5);
  const { shape, data } = kernelMaps("conv2d", kernel, 3);
  expect(shape).toEqual([1, 3, 2, 4]);
  // [u, v, c, o] = [2, 1, 3, 3]
  expect(data[(2 * 2 + 1) * 4 + 3]).toBe(((2 * 2 + 1) * 4 + 3) * 5 + 3);
});

test("a transposed kernel has its inputs last", () => {
  const { shape, data } = kernelMaps("transposedConv2d", counting(2, 2, 3, 4), 2);
  expect(shape).toEqual([1, 2, 2, 4]);
  expect(data[3 * 4 + 1]).toBe((3 * 3 + 2) * 4 + 1);
});

test("a kernel of 1 x 1 is a matrix of outputs and inputs, a depthwise one has its own channels", () => {
  const matrix = kernelMaps("conv2d", counting(1, 1, 3, 2), 1);
  expect(matrix.shape).toEqual([1, 2, 3, 1]);
  expect([...matrix.data]).toEqual([0, 2, 4, 1, 3, 5]);
  for (const op of ["depthwiseConv2d", "depthwiseTransposedConv2d"]) {
    expect(kernelMaps(op, counting(3, 3, 8, 1)).shape).toEqual([1, 3, 3, 8]);
  }
});

test("other ops and outputs that there are not are refused", () => {
  expect(() => kernelMaps("relu", counting(1, 1, 1, 1))).toThrow("expected the kernel of a convolution");
  expect(() => kernelMaps("conv2d", counting(3, 3, 1, 2), 2)).toThrow("an output below 2");
});
