import type { ReferenceKernel } from "../kernel.ts";
import type { TransposedConv2dAttributes } from "./op.ts";

/** Scatters each cell of x, as the op's formula says. The other kernels gather instead. */
export const transposedConv2dReference: ReferenceKernel<TransposedConv2dAttributes> = (
  { attributes, inputs, output },
  [x],
  p,
) => {
  const [, height, width, inputChannels] = inputs[0];
  const [, rows, columns] = output;
  const { kernel: side, stride, padding, channels } = attributes;
  const sums = new Float64Array(rows * columns * channels);
  for (let cell = 0; cell < height * width; cell++) {
    const top = Math.floor(cell / width) * stride - padding.top;
    const left = (cell % width) * stride - padding.left;
    for (let u = 0; u < side; u++) {
      for (let v = 0; v < side; v++) {
        const [row, column] = [top + u, left + v];
        if (row < 0 || row >= rows || column < 0 || column >= columns) continue;
        for (let o = 0; o < channels; o++) {
          const weights = ((u * side + v) * channels + o) * inputChannels;
          let sum = 0;
          for (let c = 0; c < inputChannels; c++) sum += x[cell * inputChannels + c] * p.kernel[weights + c];
          sums[(row * columns + column) * channels + o] += sum;
        }
      }
    }
  }
  return Float32Array.from(sums);
};
