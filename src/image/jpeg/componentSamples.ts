import type { Coefficients } from "./decodeScan.ts";
import { inverseTransform } from "./inverseTransform.ts";
import type { JpegComponent, JpegFrame } from "./jpegFrame.ts";
import { BLOCK_CELLS, BLOCK_SIDE } from "./zigzag.ts";

/** A component's samples, line by line, up to the ends of its blocks. */
export interface Samples {
  readonly lineLength: number;
  readonly data: Uint8ClampedArray;
}

export function componentSamples(
  { mcusPerLine }: JpegFrame,
  { horizontal, blocksPerLine, blocksPerColumn }: JpegComponent,
  coefficients: Coefficients,
  quantization: Uint16Array,
): Samples {
  const lineLength = blocksPerLine * BLOCK_SIDE;
  const data = new Uint8ClampedArray(lineLength * blocksPerColumn * BLOCK_SIDE);
  const cells = new Int32Array(BLOCK_CELLS);
  for (let row = 0; row < blocksPerColumn; row++) {
    for (let column = 0; column < blocksPerLine; column++) {
      const from = (row * mcusPerLine * horizontal + column) * BLOCK_CELLS;
      for (let i = 0; i < BLOCK_CELLS; i++) cells[i] = coefficients[from + i] * quantization[i];
      inverseTransform(cells, data, (row * lineLength + column) * BLOCK_SIDE, lineLength);
    }
  }
  return { lineLength, data };
}
