import type { WgslCall, WgslKernel } from "./wgsl/kernel.ts";
import { wgslMap } from "./wgsl/source.ts";

/** A function of one number; `value` reads `x[index]`. */
export function elementwiseWgsl({ output }: WgslCall, title: string, value: string): WgslKernel {
  return {
    algorithm: "vector by vector",
    constants: [],
    scratchBytes: [],
    dispatches: [wgslMap({ title, reads: { x: "input0" }, output, value })],
  };
}
