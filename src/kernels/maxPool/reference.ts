import { fillMap, type ReferenceKernel } from "../kernel.ts";
import type { MaxPoolAttributes } from "./op.ts";

export const maxPoolReference: ReferenceKernel<MaxPoolAttributes> = ({ attributes, inputs, output }, [x]) => {
  const [, height, width, channels] = inputs[0];
  const { kernel: side, stride, padding } = attributes;
  const outside = attributes.outside === "zero" ? 0 : Number.NEGATIVE_INFINITY;
  return fillMap(output, (i, j, c) => {
    let largest = Number.NEGATIVE_INFINITY;
    for (let u = 0; u < side; u++) {
      for (let v = 0; v < side; v++) {
        const row = i * stride + u - padding.top;
        const column = j * stride + v - padding.left;
        const inside = row >= 0 && row < height && column >= 0 && column < width;
        largest = Math.max(largest, inside ? x[(row * width + column) * channels + c] : outside);
      }
    }
    return largest;
  });
};
