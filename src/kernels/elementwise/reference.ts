import type { ReferenceKernel } from "../kernel.ts";

export const addReference: ReferenceKernel<object> = (_, [a, b]) => a.map((value, index) => value + b[index]);

export const biasReference: ReferenceKernel<object> = ({ output: [, , , channels] }, [x], p) =>
  x.map((value, index) => value + p.bias[index % channels]);

export const reluReference: ReferenceKernel<object> = (_, [x]) => x.map((value) => Math.max(value, 0));

export const relu6Reference: ReferenceKernel<object> = (_, [x]) =>
  x.map((value) => Math.min(Math.max(value, 0), 6));

export const sigmoidReference: ReferenceKernel<object> = (_, [x]) =>
  x.map((value) => 1 / (1 + Math.exp(-value)));
