import type { RgbImage } from "../rgbImage.ts";
import type { Samples } from "./componentSamples.ts";
import { CONVERT_LINE } from "./convertColours.ts";
import type { JpegColours } from "./jpegColours.ts";
import type { JpegFrame } from "./jpegFrame.ts";

/** Brings the components to the picture's size, samples repeated where there are fewer, and makes RGB of them. */
export function toPicture(
  { width, height, components }: JpegFrame,
  samples: readonly Samples[],
  colours: JpegColours,
): RgbImage {
  const most = {
    horizontal: Math.max(...components.map(({ horizontal }) => horizontal)),
    vertical: Math.max(...components.map(({ vertical }) => vertical)),
  };
  const data = new Uint8Array(width * height * 3);
  const lines = components.map(() => new Uint8ClampedArray(width));
  const convertLine = CONVERT_LINE[colours];
  for (let y = 0; y < height; y++) {
    components.forEach(({ horizontal, vertical }, index) => {
      const line = Math.floor((y * vertical) / most.vertical);
      stretchLine(samples[index], line, most.horizontal / horizontal, lines[index]);
    });
    convertLine(lines, data, y * width * 3);
  }
  return { width, height, data };
}

function stretchLine(
  { lineLength, data }: Samples,
  line: number,
  times: number,
  stretched: Uint8ClampedArray,
): void {
  const from = line * lineLength;
  for (let x = 0; x < stretched.length; x++) stretched[x] = data[from + Math.floor(x / times)];
}
