import { fillMap, type ReferenceKernel } from "../kernel.ts";
import type { Conv2dAttributes } from "./op.ts";

export const conv2dReference: ReferenceKernel<Conv2dAttributes> = (
  { attributes, inputs, output },
  [x],
  p,
) => {
  const [, height, width, inputChannels] = inputs[0];
  const { kernel: side, stride, padding, channels } = attributes;
  return fillMap(output, (i, j, o) => {
    let sum = 0;
    for (let u = 0; u < side; u++) {
      const row = i * stride + u - padding.top;
      if (row < 0 || row >= height) continue;
      for (let v = 0; v < side; v++) {
        const column = j * stride + v - padding.left;
        if (column < 0 || column >= width) continue;
        for (let c = 0; c < inputChannels; c++) {
          const weight = p.kernel[((u * side + v) * inputChannels + c) * channels + o];
          sum += x[(row * width + column) * inputChannels + c] * weight;
        }
      }
    }
    return sum;
  });
};
