import {
  type Color,
  fillDisc,
  type Point,
  type Rectangle,
  strokeLine,
  strokeLines,
} from "../../src/image/draw/shapes.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import { blank } from "./marks.ts";

const SKY: Color = [168, 205, 232];
const HILL: Color = [120, 168, 118];
const SUN: Color = [255, 214, 92];
const SPAR: Color = [84, 62, 46];
const STRING: Color = [92, 108, 124];

/** Of a kite's four fields: left and right, above and below its cross spar. */
export type KiteColors = readonly [Color, Color, Color, Color];

export const RED_KITE: KiteColors = [
  [232, 74, 64],
  [250, 198, 60],
  [250, 198, 60],
  [232, 74, 64],
];
export const GREEN_KITE: KiteColors = [
  [36, 146, 120],
  [242, 240, 226],
  [242, 240, 226],
  [36, 146, 120],
];

/** A sky over a hill that is so many pixels high in the middle. */
export function sky(width: number, height: number, hillHeight: number): RgbImage {
  const picture = blank(width, height, SKY);
  if (hillHeight > 0) {
    const radius = width * 1.4;
    fillDisc(picture, { x: width / 2, y: height - hillHeight + radius }, radius, {
      color: HILL,
      opacity: 1,
    });
  }
  return picture;
}

export function drawSun(picture: RgbImage, centre: Point, radius: number): void {
  fillDisc(picture, centre, radius, { color: SUN, opacity: 1 });
}

/** A kite whose tips touch the box's sides in their middles, on a string that leads to the ground. */
export function drawKite(picture: RgbImage, box: Rectangle, colors: KiteColors): void {
  const centre = { x: (box.xmin + box.xmax) / 2, y: (box.ymin + box.ymax) / 2 };
  const left = { x: box.xmin, y: centre.y };
  const right = { x: box.xmax, y: centre.y };
  const top = { x: centre.x, y: box.ymin };
  const bottom = { x: centre.x, y: box.ymax };
  const ground = { x: centre.x - (box.xmax - box.xmin) / 3, y: picture.height };
  strokeLine(picture, { from: centre, to: ground }, 1, { color: STRING, opacity: 0.8 });
  const fields = [
    [left, top],
    [top, right],
    [left, bottom],
    [bottom, right],
  ] as const;
  for (const [index, [from, to]] of fields.entries())
    fillTriangle(picture, [centre, from, to], colors[index]);
  const spars = [
    { from: left, to: right },
    { from: top, to: bottom },
  ];
  strokeLines(picture, spars, (box.xmax - box.xmin) / 120, { color: SPAR, opacity: 1 });
}

/** Pixels whose middle lies inside; the edges between a kite's fields are covered by its spars. */
function fillTriangle(
  { width, data }: RgbImage,
  corners: readonly [Point, Point, Point],
  color: Color,
): void {
  const [ys, xs] = [corners.map(({ y }) => y), corners.map(({ x }) => x)];
  const turn = Math.sign(side(corners[0], corners[1], corners[2]));
  for (let y = Math.floor(Math.min(...ys)); y < Math.max(...ys); y++) {
    for (let x = Math.floor(Math.min(...xs)); x < Math.max(...xs); x++) {
      const part = coverage(x, y, corners, turn);
      if (part === 0) continue;
      const at = (y * width + x) * 3;
      for (let c = 0; c < 3; c++) data[at + c] = Math.round(data[at + c] + (color[c] - data[at + c]) * part);
    }
  }
}

const SAMPLES = 4;

/** How much of a pixel lies inside, by its 4 x 4 parts. */
function coverage(x: number, y: number, [a, b, c]: readonly [Point, Point, Point], turn: number): number {
  let inside = 0;
  for (let i = 0; i < SAMPLES * SAMPLES; i++) {
    const point = {
      x: x + ((i % SAMPLES) + 0.5) / SAMPLES,
      y: y + (Math.floor(i / SAMPLES) + 0.5) / SAMPLES,
    };
    const sides = [side(a, b, point), side(b, c, point), side(c, a, point)];
    if (sides.every((value) => value * turn >= 0)) inside++;
  }
  return inside / (SAMPLES * SAMPLES);
}

/** Positive on one side of the line from a to b, negative on the other. */
function side(a: Point, b: Point, { x, y }: Point): number {
  return (b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x);
}
