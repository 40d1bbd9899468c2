import type { ReferenceKernel } from "../kernel.ts";

export const sigmoidReference: ReferenceKernel<object> = (_, [x]) =>
  x.map((value) => 1 / (1 + Math.exp(-value)));
