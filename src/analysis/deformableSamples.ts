/** Where a deformable convolution looks. */
import { UsageError } from "../errors.ts";
import { FIRST_MASK, OFFSET_CHANNELS, SAMPLES, WINDOW_SIDE } from "../kernels/deformConv2d/op.ts";
import type { Tensor } from "../tensor.ts";

/** One of the nine samples of a cell. */
export interface DeformableSample {
  readonly x: number;
  readonly y: number;
  /** How much it counts, from 0 to 1. */
  readonly mask: number;
}

/**
 * The nine samples of a cell, row by row of the 3x3 window, from the layer's map of offsets and masks
 * (`neck.last.node2.offsets.bias` of DLA-34). Positions are continuous, in cells of that map: the middle of cell (row 0,
 * column 0) is (0.5, 0.5), and `geometry.cellToImage(sample, stride)` brings them to the image.
 *
 * @throws UsageError for another map, or a cell outside it.
 */
export function deformableSamples(
  { shape, data }: Tensor,
  { row, column }: { readonly row: number; readonly column: number },
): DeformableSample[] {
  const [, height, width, channels] = shape;
  const isInside = (at: number, side: number) => Number.isInteger(at) && at >= 0 && at < side;
  if (channels !== OFFSET_CHANNELS || !isInside(row, height) || !isInside(column, width)) {
    const expected = `a map of ${OFFSET_CHANNELS} channels, and a row and a column of it`;
    const got = `${channels} channels of ${height}x${width}, row ${row}, column ${column}`;
    throw new UsageError({ where: "deformableSamples", expected, got });
  }
  const first = (row * width + column) * channels;
  return Array.from({ length: SAMPLES }, (_, k) => ({
    x: column + 0.5 + (k % WINDOW_SIDE) - 1 + data[first + 2 * k + 1],
    y: row + 0.5 + Math.floor(k / WINDOW_SIDE) - 1 + data[first + 2 * k],
    mask: 1 / (1 + Math.exp(-data[first + FIRST_MASK + k])),
  }));
}
