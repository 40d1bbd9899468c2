import { fillMap, type ReferenceKernel } from "../kernel.ts";
import type { NormalizeAttributes } from "./op.ts";

export const normalizeReference: ReferenceKernel<NormalizeAttributes> = (
  { attributes, inputs: [[, , width, channels]], output },
  [x],
) => {
  const { order, mean, scale, offset } = attributes;
  return fillMap(output, (i, j, c) => {
    return (x[(i * width + j) * channels + order[c]] - mean[c]) * scale[c] + offset[c];
  });
};
