import { UsageError } from "../errors.ts";
import type { CellsRead } from "../graph/op.ts";

/** Rows and columns added around a map before a window slides over it. */
export interface Padding {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** A square window, as convolutions and pools slide it. */
export interface Window {
  /** Side in cells. */
  readonly kernel: number;
  readonly stride: number;
  readonly padding: Padding;
}

export function padAll(side: number): Padding {
  return { top: side, left: side, bottom: side, right: side };
}

/**
 * TensorFlow's rule "SAME": ceil(size / stride) outputs. If the padding is odd, the extra row and column go to the
 * bottom and right. It depends on the size: at stride 2 a 3x3 window pads an even map by (0, 1), an odd one by (1, 1).
 */
export function samePadding(height: number, width: number, kernel: number, stride: number): Padding {
  const [top, bottom] = sameSides(height, kernel, stride);
  const [left, right] = sameSides(width, kernel, stride);
  return { top, left, bottom, right };
}

function sameSides(size: number, kernel: number, stride: number): [before: number, after: number] {
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + kernel - size, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/**
 * Height and width of the output when a window slides over a map of this height and width.
 *
 * @throws UsageError if the padded map is smaller than the window.
 */
export function windowOutput(op: string, height: number, width: number, window: Window): [number, number] {
  const { kernel, stride, padding } = window;
  const rows = Math.floor((height + padding.top + padding.bottom - kernel) / stride) + 1;
  const columns = Math.floor((width + padding.left + padding.right - kernel) / stride) + 1;
  if (!(rows >= 1 && columns >= 1)) {
    throw new UsageError({
      where: op,
      expected: `a padded map of at least ${kernel}x${kernel}`,
      got: `${height}x${width} padded by ${JSON.stringify(padding)}`,
    });
  }
  return [rows, columns];
}

/** What an output cell reads when a window slides over a map. */
export function windowCells({ kernel, stride, padding: { top, left } }: Window): CellsRead {
  return {
    rows: { step: stride, ranges: [[-top, kernel - 1 - top]] },
    columns: { step: stride, ranges: [[-left, kernel - 1 - left]] },
  };
}

/**
 * A window's numbers, as constants of gpu.js kernels. No name may be that of a parameter followed by `Size` or `Dim`
 * (such as `kernelSize`), because gpu.js itself generates these names in GLSL.
 */
export function windowConstants(window: Window): Record<string, number> {
  const { kernel, stride, padding } = window;
  return { windowSide: kernel, stride, padTop: padding.top, padLeft: padding.left };
}
