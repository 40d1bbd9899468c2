import { BLACK, readableOn, WHITE } from "../../src/image/draw/drawingSizes.ts";
import {
  type Color,
  fillRounded,
  type Paint,
  type Point,
  type Rectangle,
  strokeLines,
  strokeRounded,
} from "../../src/image/draw/shapes.ts";
import { drawText, textWidth } from "../../src/image/draw/text.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";

export const PAPER: Color = [250, 249, 246];
export const INK: Paint = { color: [32, 36, 44], opacity: 1 };
const LIGHT: Paint = { color: WHITE, opacity: 0.95 };
const SHADE: Paint = { color: BLACK, opacity: 0.55 };

export function blank(width: number, height: number, [red, green, blue]: Color): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i += 3) data.set([red, green, blue], i);
  return { width, height, data };
}

/** A white outline, dark on both sides so that it shows on every ground. */
export function outline(picture: RgbImage, box: Rectangle, radius = 1.5, paint = LIGHT): void {
  strokeRounded(picture, box, 0, radius + 1.5, { ...SHADE, opacity: 0.4 });
  strokeRounded(picture, box, 0, radius, paint);
}

export function arrow(picture: RgbImage, from: Point, to: Point): void {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const [dx, dy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const barb = (side: number): Point => ({
    x: to.x - 15 * dx + side * 9 * dy,
    y: to.y - 15 * dy - side * 9 * dx,
  });
  const lines = [
    { from, to },
    { from: barb(1), to },
    { from: barb(-1), to },
  ];
  strokeLines(picture, lines, 5, SHADE);
  strokeLines(picture, lines, 2.5, LIGHT);
}

const NOTE_CAPITALS = 16;

const NIGHT: Color = [16, 20, 30];

/** Words on a plate; its left edge and its middle's height. */
export function note(picture: RgbImage, text: string, { x, y }: Point, color: Color = NIGHT): void {
  const width = textWidth(text, NOTE_CAPITALS);
  const plate = { xmin: x, ymin: y - NOTE_CAPITALS, xmax: x + width + 20, ymax: y + NOTE_CAPITALS };
  fillRounded(picture, plate, 8, { color, opacity: 0.9 });
  drawText(picture, text, x + 10, y - NOTE_CAPITALS / 2, NOTE_CAPITALS, {
    color: readableOn(color),
    opacity: 1,
  });
}
