import type { ReferenceKernel } from "../kernel.ts";
import type { NormalizeAttributes } from "./op.ts";

export const normalizeReference: ReferenceKernel<NormalizeAttributes> = ({ attributes }, [x]) => {
  const { scale, offset } = attributes;
  return x.map((value, index) => value * scale[index % scale.length] + offset[index % scale.length]);
};
