import { elementwiseWgsl } from "../wgslElementwise.ts";
import { activated } from "../wgslEpilogue.ts";
import type { WgslKernelOf } from "../wgslKernel.ts";

export const reluWgsl: WgslKernelOf<object> = (call) =>
  elementwiseWgsl(call, "relu", activated("x[index]", "relu"));
