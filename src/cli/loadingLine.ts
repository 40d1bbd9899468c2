import type { Output } from "./io.ts";
import { formatBytes } from "./pull/formatBytes.ts";

/** Smaller files are read before anybody could read a line about it. */
const LEAST_BYTES = 32e6;
const REDRAW_MILLISECONDS = 100;

/** How far the reading of weights is, on a terminal only; gone once all are read. */
export function loadingLine(output: Output): (read: number, total: number) => void {
  let drawn = Number.NEGATIVE_INFINITY;
  return (read, total) => {
    if (!output.isTTY || total < LEAST_BYTES) return;
    if (read === total) {
      output.write("\r\x1b[2K");
    } else if (performance.now() - drawn >= REDRAW_MILLISECONDS) {
      drawn = performance.now();
      output.write(`\r\x1b[2Kreading weights: ${formatBytes(read)} of ${formatBytes(total)}`);
    }
  };
}
