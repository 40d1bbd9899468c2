import type { ReferenceKernel } from "../kernel.ts";
import type { BatchNormAttributes } from "./op.ts";

export const batchNormReference: ReferenceKernel<BatchNormAttributes> = ({ attributes, output }, [x], p) => {
  const channels = output[3];
  return x.map((value, index) => {
    const c = index % channels;
    return (p.gamma[c] * (value - p.mean[c])) / Math.sqrt(p.variance[c] + attributes.epsilon) + p.beta[c];
  });
};
