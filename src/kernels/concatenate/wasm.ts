import { planeCount, type WasmKernelOf, wasmStep } from "../wasm/kernel.ts";
import { firstChannels } from "./op.ts";

/** The inputs are copied in order: what pads the last plane of one is overwritten by the next. */
export const concatenateWasm: WasmKernelOf<object> = ({ inputs }) => {
  const first = firstChannels(inputs);
  return {
    algorithm: "plane by plane",
    constants: [],
    scratchBytes: 0,
    steps: (at) =>
      inputs.map(([, height, width, channels], i) =>
        wasmStep("copyChannels", planeCount(channels), {
          source: at.inputs[i],
          destination: at.output,
          cells: height * width,
          channels,
          first: first[i],
        }),
      ),
  };
};
