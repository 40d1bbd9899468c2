import type { ReferenceKernel } from "../kernel.ts";

export const relu6Reference: ReferenceKernel<object> = (_, [x]) =>
  x.map((value) => Math.min(Math.max(value, 0), 6));
