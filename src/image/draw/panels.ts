import type { RgbImage } from "../rgbImage.ts";
import type { Color } from "./shapes.ts";
import { drawText, textWidth } from "./text.ts";

export interface Panel {
  readonly image: RgbImage;
  /** Written above the image, cut to its width. */
  readonly title: string;
}

const GROUND: Color = [24, 28, 32];
const INK: Color = [236, 238, 240];
const MIN_CAPITALS = 7;

/** Images of one size side by side, each below its title. */
export function panels(parts: readonly Panel[]): RgbImage {
  const [{ width, height }] = parts.map(({ image }) => image);
  const capitals = Math.max(MIN_CAPITALS, Math.round(Math.min(width, 2 * height) / 50));
  const strip = capitals * 3;
  const gap = Math.max(2, Math.round(capitals / 2));
  const whole: RgbImage = {
    width: parts.length * width + (parts.length - 1) * gap,
    height: height + strip,
    data: new Uint8Array((parts.length * width + (parts.length - 1) * gap) * (height + strip) * 3),
  };
  for (let at = 0; at < whole.data.length; at += 3) whole.data.set(GROUND, at);
  for (const [i, { image, title }] of parts.entries()) {
    const left = i * (width + gap);
    for (let y = 0; y < height; y++) {
      const row = image.data.subarray(y * width * 3, (y + 1) * width * 3);
      whole.data.set(row, ((strip + y) * whole.width + left) * 3);
    }
    const text = fitting(title, capitals, width - 2 * capitals);
    drawText(whole, text, left + capitals, capitals, capitals, { color: INK, opacity: 1 });
  }
  return whole;
}

function fitting(text: string, capitals: number, width: number): string {
  let end = text.length;
  while (end > 0 && textWidth(text.slice(0, end), capitals) > width) end--;
  return text.slice(0, end);
}
