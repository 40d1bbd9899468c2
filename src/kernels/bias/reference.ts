import type { ReferenceKernel } from "../kernel.ts";

export const biasReference: ReferenceKernel<object> = ({ output: [, , , channels] }, [x], p) =>
  x.map((value, index) => value + p.bias[index % channels]);
