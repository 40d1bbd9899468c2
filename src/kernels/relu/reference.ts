import type { ReferenceKernel } from "../kernel.ts";

export const reluReference: ReferenceKernel<object> = (_, [x]) => x.map((value) => Math.max(value, 0));
