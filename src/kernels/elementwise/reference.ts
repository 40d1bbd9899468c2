import type { ReferenceKernel } from "../kernel.ts";

export const addReference: ReferenceKernel<object> = (_, [a, b]) => a.map((value, index) => value + b[index]);
