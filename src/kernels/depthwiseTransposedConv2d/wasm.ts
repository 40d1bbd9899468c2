import { depthwiseWeights } from "../depthwiseConv2d/wasm.ts";
import { biasConstant, epilogueFields, windowFields } from "../wasm/epilogue.ts";
import { planeCount, type WasmKernelOf, wasmStep } from "../wasm/kernel.ts";
import type { Window } from "../window.ts";

/** An output cell reads about (kernel / stride)² cells, whatever its phase, so the windows are gathered directly. */
export const depthwiseTransposedConv2dWasm: WasmKernelOf<Window> = (call) => {
  const channels = call.output[3];
  return {
    algorithm: "direct, plane by plane",
    constants: [
      depthwiseWeights(call.attributes.kernel ** 2, channels),
      biasConstant(call.epilogue, channels),
    ],
    scratchBytes: 0,
    steps: (at) => [
      wasmStep("depthwiseTransposed", planeCount(channels), {
        source: at.inputs[0],
        destination: at.output,
        weights: at.constants[0],
        ...windowFields(call),
        ...epilogueFields(call.epilogue, at),
      }),
    ],
  };
};
