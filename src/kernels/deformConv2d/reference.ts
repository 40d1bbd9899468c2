import { fillMap, type ReferenceKernel } from "../kernel.ts";
import { type DeformConv2dAttributes, FIRST_MASK, OFFSET_CHANNELS, SAMPLES, WINDOW_SIDE } from "./op.ts";

export const deformConv2dReference: ReferenceKernel<DeformConv2dAttributes> = (
  { inputs, attributes: { channels }, output },
  [x, offsets],
  { kernel },
) => {
  const [, height, width, inputChannels] = inputs[0];
  const at = (row: number, column: number, c: number) => {
    const isInside = row >= 0 && row < height && column >= 0 && column < width;
    return isInside ? x[(row * width + column) * inputChannels + c] : 0;
  };
  /** Between cells; 0 from one cell outside on. */
  const sample = (y: number, across: number, c: number) => {
    if (!(y > -1 && y < height && across > -1 && across < width)) return 0;
    const [top, left] = [Math.floor(y), Math.floor(across)];
    const [down, right] = [y - top, across - left];
    const above = (1 - right) * at(top, left, c) + right * at(top, left + 1, c);
    const below = (1 - right) * at(top + 1, left, c) + right * at(top + 1, left + 1, c);
    return (1 - down) * above + down * below;
  };
  const samples = new Float64Array(SAMPLES * inputChannels);
  return fillMap(output, (i, j, o) => {
    const numbers = (i * width + j) * OFFSET_CHANNELS;
    // The same samples serve all output channels of a cell.
    for (let k = 0; o === 0 && k < SAMPLES; k++) {
      const y = i + Math.floor(k / WINDOW_SIDE) - 1 + offsets[numbers + 2 * k];
      const across = j + (k % WINDOW_SIDE) - 1 + offsets[numbers + 2 * k + 1];
      const mask = 1 / (1 + Math.exp(-offsets[numbers + FIRST_MASK + k]));
      for (let c = 0; c < inputChannels; c++) samples[k * inputChannels + c] = mask * sample(y, across, c);
    }
    let sum = 0;
    for (let n = 0; n < samples.length; n++) sum += samples[n] * kernel[n * channels + o];
    return sum;
  });
};
