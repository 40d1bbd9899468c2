import type { WgslKernelOf } from "../wgsl/kernel.ts";
import { elementwiseWgsl } from "../wgslElementwise.ts";

/** Below −80 the power would leave float32, which no device promises to survive; the result is 2e-35 there. NaN stays. */
export const sigmoidWgsl: WgslKernelOf<object> = (call) =>
  elementwiseWgsl(
    call,
    "sigmoid",
    "select(x[index], 1 / (1 + exp(min(-x[index], vec4f(80)))), x[index] == x[index])",
  );
