import { oneLine } from "../../errors.ts";
import type { RgbImage } from "../rgbImage.ts";
import { GLYPHS, type Glyph, MISSING_GLYPH } from "./glyphs.ts";
import { type Line, type Paint, type Point, strokeLines } from "./shapes.ts";

/** Units of the font; see `glyphs.ts`. */
const CAPITAL_HEIGHT = 10;
const GAP = 2.2;
const PEN_RADIUS = 0.72;

/** Line segments per curve: with 8 the error is below a tenth of a unit. */
const LINES_PER_CURVE = 8;

/** The text's width in pixels, from the left edge of the first stroke to the right edge of the last. */
export function textWidth(text: string, capitalHeight: number): number {
  const glyphs = glyphsOf(text);
  const units = glyphs.reduce((sum, glyph) => sum + glyph.width + GAP, 2 * PEN_RADIUS - GAP);
  return Math.max(0, (units * capitalHeight) / CAPITAL_HEIGHT);
}

/**
 * Writes one line of text. `left` and `top` are the edges of its capitals, which are `capitalHeight` pixels high;
 * descenders reach 30 % further down. Accents are dropped, control characters become
 * escapes, and other characters beyond ASCII a box.
 */
export function drawText(
  image: RgbImage,
  text: string,
  left: number,
  top: number,
  capitalHeight: number,
  paint: Paint,
): void {
  const scale = capitalHeight / CAPITAL_HEIGHT;
  // The pen's edge, not its center, touches left and top. A pen thinner than a pixel would be faint.
  const radius = Math.max(0.5, PEN_RADIUS * scale);
  const height = capitalHeight - 2 * radius;
  let x = left + radius;
  for (const glyph of glyphsOf(text)) {
    const place = (point: Point): Point => ({
      x: x + point.x * scale,
      y: top + radius + (point.y * height) / CAPITAL_HEIGHT,
    });
    const lines = linesOf(glyph).map(({ from, to }) => ({ from: place(from), to: place(to) }));
    if (lines.length > 0) strokeLines(image, lines, radius, paint);
    x += (glyph.width + GAP) * scale;
  }
}

/** Such a text has no accents; to look for them takes the first call some milliseconds. */
const ASCII = /^[ -~]*$/;

function glyphsOf(text: string): Glyph[] {
  const line = oneLine(text);
  const plain = ASCII.test(line) ? line : line.normalize("NFD").replace(/\p{Mark}/gu, "");
  return Array.from(plain, (character) =>
    Object.hasOwn(GLYPHS, character) ? GLYPHS[character] : MISSING_GLYPH,
  );
}

const linesOfGlyph = new Map<Glyph, Line[]>();

function linesOf(glyph: Glyph): Line[] {
  let lines = linesOfGlyph.get(glyph);
  if (!lines) {
    lines = flatten(glyph.path);
    linesOfGlyph.set(glyph, lines);
  }
  return lines;
}

/** Converts a path of M, L and Q commands to straight lines, in the font's units. */
function flatten(path: string): Line[] {
  const lines: Line[] = [];
  let pen: Point = { x: 0, y: 0 };
  for (const [, command, numbers] of path.matchAll(/([MLQ])([^MLQ]*)/g)) {
    const [x1, y1, x2, y2] = numbers.trim().split(" ").map(Number);
    const start = pen;
    if (command === "Q") {
      for (let i = 1; i <= LINES_PER_CURVE; i++) {
        const to = onCurve(start, { x: x1, y: y1 }, { x: x2, y: y2 }, i / LINES_PER_CURVE);
        lines.push({ from: pen, to });
        pen = to;
      }
    } else {
      const to = { x: x1, y: y1 };
      if (command === "L") lines.push({ from: pen, to });
      pen = to;
    }
  }
  return lines;
}

/** The point of a quadratic Bezier curve at t, from 0 to 1. */
function onCurve(from: Point, control: Point, to: Point, t: number): Point {
  const bend = (a: number, b: number, c: number) => (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t * t * c;
  return { x: bend(from.x, control.x, to.x), y: bend(from.y, control.y, to.y) };
}
