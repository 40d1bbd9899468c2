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
    const current = data.subarray(at + 1, at + 1 + rowBytes);
    const above = row === 0 ? new Uint8Array(rowBytes) : data.subarray(at - rowBytes, at);
    const filter = data[at];
    if (filter === 1) unfilterLeft(current, pixelBytes);
    else if (filter === 2) unfilterAbove(current, above);
    else if (filter === 3) unfilterAverage(current, above, pixelBytes);
    else if (filter === 4) unfilterPaeth(current, above, pixelBytes);
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

function unfilterLeft(current: Uint8Array, pixelBytes: number): void {
  for (let i = pixelBytes; i < current.length; i++) current[i] += current[i - pixelBytes];
}

function unfilterAbove(current: Uint8Array, above: Uint8Array): void {
  for (let i = 0; i < current.length; i++) current[i] += above[i];
}

function unfilterAverage(current: Uint8Array, above: Uint8Array, pixelBytes: number): void {
  for (let i = 0; i < current.length; i++) {
    const left = i < pixelBytes ? 0 : current[i - pixelBytes];
    current[i] += (left + above[i]) >> 1;
  }
}

function unfilterPaeth(current: Uint8Array, above: Uint8Array, pixelBytes: number): void {
  for (let i = 0; i < current.length; i++) {
    const left = i < pixelBytes ? 0 : current[i - pixelBytes];
    const aboveLeft = i < pixelBytes ? 0 : above[i - pixelBytes];
    current[i] += paethPredictor(left, above[i], aboveLeft);
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
