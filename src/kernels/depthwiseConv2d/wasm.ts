import { biasConstant, epilogueFields } from "../wasmEpilogue.ts";
import { BYTES_PER_CELL, LANES, planeCount, type WasmKernelOf, wasmStep } from "../wasmKernel.ts";
import { windowFields } from "../wasmWindow.ts";
import type { Window } from "../window.ts";

export const depthwiseConv2dWasm: WasmKernelOf<Window> = (call) => {
  const channels = call.output[3];
  const planes = planeCount(channels);
  const taps = call.attributes.kernel ** 2;
  return {
    algorithm: "direct, plane by plane",
    constants: [
      {
        floats: planes * taps * LANES,
        write(target, { kernel }) {
          for (let tap = 0; tap < taps; tap++) {
            for (let channel = 0; channel < channels; channel++) {
              const plane = Math.floor(channel / LANES);
              target[(plane * taps + tap) * LANES + (channel % LANES)] = kernel[tap * channels + channel];
            }
          }
        },
      },
      biasConstant(call.epilogue, channels),
    ],
    scratchBytes: call.inputs[0][2] * BYTES_PER_CELL,
    steps: (at) => [
      wasmStep("depthwise", planes, {
        source: at.inputs[0],
        destination: at.output,
        weights: at.constants[0],
        ...windowFields(call),
        ...epilogueFields(call.epilogue, at),
      }),
    ],
  };
};
