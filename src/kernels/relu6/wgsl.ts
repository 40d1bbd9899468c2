import { elementwiseWgsl } from "../wgslElementwise.ts";
import { activated } from "../wgslEpilogue.ts";
import type { WgslKernelOf } from "../wgslKernel.ts";

export const relu6Wgsl: WgslKernelOf<object> = (call) =>
  elementwiseWgsl(call, "relu6", activated("x[index]", "relu6"));
