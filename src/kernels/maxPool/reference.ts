import { fillMap, type ReferenceKernel } from "../kernel.ts";
import type { Window } from "../window.ts";

export const maxPoolReference: ReferenceKernel<Window> = ({ attributes, inputs, output }, [x]) => {
  const [, height, width, channels] = inputs[0];
  const { kernel: side, stride, padding } = attributes;
  return fillMap(output, (i, j, c) => {
    let largest = Number.NEGATIVE_INFINITY;
    for (let u = 0; u < side; u++) {
      for (let v = 0; v < side; v++) {
        const row = i * stride + u - padding.top;
        const column = j * stride + v - padding.left;
        if (row < 0 || row >= height || column < 0 || column >= width) continue;
        largest = Math.max(largest, x[(row * width + column) * channels + c]);
      }
    }
    return largest;
  });
};
