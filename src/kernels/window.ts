import { UsageError } from "../errors.ts";

/** Rows and columns added around a map before a window slides over it. */
export interface Padding {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** A square window, as convolutions and pools slide it. */
export interface Window {
  /** Its side in cells. */
  readonly kernel: number;
  readonly stride: number;
  readonly padding: Padding;
}

export function padAll(side: number): Padding {
  return { top: side, left: side, bottom: side, right: side };
}

/**
 * TensorFlow's rule "SAME": ceil(size / stride) outputs, and where the padding is odd the extra row and
 * column go to the bottom and right. It depends on the size: at stride 2 an even map is padded by (0, 1).
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

/** Height and width of what a window gives that slides over a map of this height and width. */
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

/**
 * The numbers of a window, under the names that kernels know them by. None may be a parameter's name and
 * `Size` or `Dim` (`kernelSize`): gpu.js makes such names itself in GLSL.
 */
export function windowConstants(window: Window): Record<string, number> {
  const { kernel, stride, padding } = window;
  return { windowSide: kernel, stride, padTop: padding.top, padLeft: padding.left };
}
