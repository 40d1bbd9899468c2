import { channelConstant } from "../wasmEpilogue.ts";
import { BYTES_PER_CELL, LANES, planeCount, type WasmKernelOf, wasmStep } from "../wasmKernel.ts";
import type { NormalizeAttributes } from "./op.ts";

export const normalizeWasm: WasmKernelOf<NormalizeAttributes> = ({ attributes, output }) => {
  const [, height, width, channels] = output;
  const planes = planeCount(channels);
  const { order, mean, scale, offset } = attributes;
  return {
    algorithm: "cell by cell",
    constants: [
      channelConstant(channels, [() => mean, () => scale, () => offset]),
      {
        floats: planes * LANES,
        write: (target) => new Int32Array(target.buffer, target.byteOffset, target.length).set(order),
      },
    ],
    scratchBytes: 0,
    steps: (at) => [
      wasmStep("normalize", planes, {
        source: at.inputs[0],
        destination: at.output,
        cells: height * width,
        numbers: at.constants[0],
        listBytes: planes * BYTES_PER_CELL,
        order: at.constants[1],
      }),
    ],
  };
};
