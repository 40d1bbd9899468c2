import { activated } from "../wgsl/epilogue.ts";
import type { WgslKernelOf } from "../wgsl/kernel.ts";
import { elementwiseWgsl } from "../wgslElementwise.ts";

export const reluWgsl: WgslKernelOf<object> = (call) =>
  elementwiseWgsl(call, "relu", activated("x[index]", "relu"));
