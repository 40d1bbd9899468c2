import { ImageError } from "../../errors.ts";

/**
 * Reverses PNG's filters (PNG specification, third edition, section 9) in place. From `start` on, `data` holds
 * per row one filter byte and `rowBytes` bytes; `pixelBytes` is the distance to the pixel on the left, at least 1.
 * Returns the position after the last row.
 *
 * @throws ImageError for an unknown filter.
 */
export function unfilterRows(
  data: Uint8Array,
  start: number,
  rows: number,
  rowBytes: number,
  pixelBytes: number,
  where: string,
): number {
  for (let row = 0; row < rows; row++) {
    const at = start + row * (rowBytes + 1);
    // Above the first row are zeros, of which the filters for up and Paeth make these.
    const filter = row > 0 ? data[at] : (FIRST_ROW[data[at]] ?? data[at]);
    const [from, to] = [at + 1, at + 1 + rowBytes];
    if (filter === 1) unfilterLeft(data, from, to, pixelBytes);
    else if (filter === 2) unfilterAbove(data, from, to, rowBytes + 1);
    else if (filter === 3 && row > 0) unfilterAverage(data, from, to, rowBytes + 1, pixelBytes);
    else if (filter === 3) unfilterFirstAverage(data, from, to, pixelBytes);
    else if (filter === 4) unfilterPaeth(data, from, to, rowBytes + 1, pixelBytes);
    else if (filter !== 0) {
      throw new ImageError({
        where: `${where}: row ${row}`,
        expected: "filter 0 to 4",
        got: `${filter}`,
        hint: "The file is damaged.",
      });
    }
  }
  return start + rows * (rowBytes + 1);
}

/** What up (2) and Paeth (4) are in the first row. */
const FIRST_ROW: Readonly<Record<number, number>> = { 2: 0, 4: 1 };

// All work on `data` from `from` up to `to`; the row above begins `stride` bytes before. Views of rows would cost
// more than the rows themselves in an image one pixel wide.

function unfilterLeft(data: Uint8Array, from: number, to: number, pixelBytes: number): void {
  for (let i = from + pixelBytes; i < to; i++) data[i] += data[i - pixelBytes];
}

function unfilterAbove(data: Uint8Array, from: number, to: number, stride: number): void {
  for (let i = from; i < to; i++) data[i] += data[i - stride];
}

function unfilterAverage(
  data: Uint8Array,
  from: number,
  to: number,
  stride: number,
  pixelBytes: number,
): void {
  const second = Math.min(from + pixelBytes, to);
  for (let i = from; i < second; i++) data[i] += data[i - stride] >> 1;
  for (let i = second; i < to; i++) data[i] += (data[i - pixelBytes] + data[i - stride]) >> 1;
}

function unfilterFirstAverage(data: Uint8Array, from: number, to: number, pixelBytes: number): void {
  for (let i = from + pixelBytes; i < to; i++) data[i] += data[i - pixelBytes] >> 1;
}

function unfilterPaeth(data: Uint8Array, from: number, to: number, stride: number, pixelBytes: number): void {
  const second = Math.min(from + pixelBytes, to);
  // Nothing on the left: the predictor is the value above.
  for (let i = from; i < second; i++) data[i] += data[i - stride];
  for (let i = second; i < to; i++) {
    data[i] += paethPredictor(data[i - pixelBytes], data[i - stride], data[i - stride - pixelBytes]);
  }
}

/** Of left, above and aboveLeft the one closest to left + above - aboveLeft; the first in that order wins ties. */
export function paethPredictor(left: number, above: number, aboveLeft: number): number {
  const estimate = left + above - aboveLeft;
  const toLeft = Math.abs(estimate - left);
  const toAbove = Math.abs(estimate - above);
  const toAboveLeft = Math.abs(estimate - aboveLeft);
  if (toLeft <= toAbove && toLeft <= toAboveLeft) return left;
  return toAbove <= toAboveLeft ? above : aboveLeft;
}
