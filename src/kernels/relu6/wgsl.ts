import { activated } from "../wgsl/epilogue.ts";
import type { WgslKernelOf } from "../wgsl/kernel.ts";
import { elementwiseWgsl } from "../wgslElementwise.ts";

export const relu6Wgsl: WgslKernelOf<object> = (call) =>
  elementwiseWgsl(call, "relu6", activated("x[index]", "relu6"));
