import { fillMap, type ReferenceKernel } from "../kernel.ts";

export const upsampleNearestReference: ReferenceKernel<object> = ({ inputs, output }, [x]) => {
  const [, , width, channels] = inputs[0];
  return fillMap(output, (i, j, c) => x[((i >> 1) * width + (j >> 1)) * channels + c]);
};
