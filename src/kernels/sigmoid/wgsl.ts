import { elementwiseWgsl } from "../wgslElementwise.ts";
import type { WgslKernelOf } from "../wgslKernel.ts";

/** Below −80 the power would leave float32, which no device promises to survive; the result is 2e-35 there. */
export const sigmoidWgsl: WgslKernelOf<object> = (call) =>
  elementwiseWgsl(call, "sigmoid", "1 / (1 + exp(min(-x[index], vec4f(80))))");
