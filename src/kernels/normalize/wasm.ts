import { channelConstant } from "../wasm/epilogue.ts";
import { BYTES_PER_CELL, LANES, planeCount, type WasmKernelOf, wasmStep } from "../wasm/kernel.ts";
import type { NormalizeAttributes } from "./op.ts";

/** The number of units that an image is divided into. */
const PARTS = 8;

export const normalizeWasm: WasmKernelOf<NormalizeAttributes> = ({ attributes, inputs, output }) => {
  const [, height, width, channels] = output;
  const cells = height * width;
  const partCells = Math.ceil(cells / PARTS);
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
    steps: ({ inputs: [source], output: destination, constants: [numbers, orderAt] }) => [
      inputs[0][3] <= LANES && channels <= LANES
        ? wasmStep("normalizePixels", Math.ceil(cells / partCells), {
            source,
            destination,
            cells,
            partCells,
            numbers,
            order: orderAt,
          })
        : wasmStep("normalize", planes, {
            source,
            destination,
            cells,
            numbers,
            listBytes: planes * BYTES_PER_CELL,
            order: orderAt,
          }),
    ],
  };
};
