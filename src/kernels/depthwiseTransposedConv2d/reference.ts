import type { ReferenceKernel } from "../kernel.ts";
import type { Window } from "../window.ts";

/** Scatters each cell of x, as the op's formula says. The other kernels gather instead. */
export const depthwiseTransposedConv2dReference: ReferenceKernel<Window> = (
  { attributes: { kernel: side, stride, padding }, inputs, output },
  [x],
  { kernel },
) => {
  const [, height, width, channels] = inputs[0];
  const [, rows, columns] = output;
  const sums = new Float64Array(rows * columns * channels);
  for (let cell = 0; cell < height * width; cell++) {
    for (let place = 0; place < side * side; place++) {
      const row = Math.floor(cell / width) * stride - padding.top + Math.floor(place / side);
      const column = (cell % width) * stride - padding.left + (place % side);
      if (row < 0 || row >= rows || column < 0 || column >= columns) continue;
      for (let c = 0; c < channels; c++) {
        sums[(row * columns + column) * channels + c] +=
          x[cell * channels + c] * kernel[place * channels + c];
      }
    }
  }
  return Float32Array.from(sums);
};
