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
  const { order, mean, scale, divisor, offset } = attributes;
  // One of the two changes nothing: multiplying and dividing by 1 is exact.
  const ones = new Array<number>(planes * LANES).fill(1);
  // The channels that pad the last plane must stay finite, so they are divided by 1 as well.
  const factors = divisor ? [ones, [...divisor, ...ones.slice(channels)]] : [scale, ones];
  return {
    algorithm: "cell by cell",
    constants: [
      channelConstant(
        channels,
        [mean, ...factors, offset].map((list) => () => list),
      ),
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
