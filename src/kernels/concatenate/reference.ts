import type { ReferenceKernel } from "../kernel.ts";
import { firstChannels } from "./op.ts";

export const concatenateReference: ReferenceKernel<object> = ({ inputs, output }, maps) => {
  const [, height, width, channels] = output;
  const y = new Float32Array(height * width * channels);
  for (const [i, first] of firstChannels(inputs).entries()) {
    const count = inputs[i][3];
    for (let cell = 0; cell < height * width; cell++) {
      y.set(maps[i].subarray(cell * count, (cell + 1) * count), cell * channels + first);
    }
  }
  return y;
};
