import { fillMap, type ReferenceKernel } from "../kernel.ts";
import type { Window } from "../window.ts";

export const depthwiseConv2dReference: ReferenceKernel<Window> = ({ attributes, inputs, output }, [x], p) => {
  const [, height, width, channels] = inputs[0];
  const { kernel: side, stride, padding } = attributes;
  return fillMap(output, (i, j, c) => {
    let sum = 0;
    for (let u = 0; u < side; u++) {
      for (let v = 0; v < side; v++) {
        const row = i * stride + u - padding.top;
        const column = j * stride + v - padding.left;
        if (row < 0 || row >= height || column < 0 || column >= width) continue;
        sum += x[(row * width + column) * channels + c] * p.kernel[(u * side + v) * channels + c];
      }
    }
    return sum;
  });
};
