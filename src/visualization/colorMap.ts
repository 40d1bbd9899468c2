/**
 * Color maps of 256 entries, made in CIELAB (white of sRGB, D65): the lightness rises by the same step from entry to
 * entry, and so does the distance along the path through the hues. Equal steps of a value thus look equal, and a map
 * stays readable without its hues.
 */

/**
 * `sequential`, for values from 0: black, violet, magenta, salmon, pale yellow. `diverging`, for values on both sides
 * of 0: bright blue, dark gray in the middle, bright orange; what is far from 0 is bright.
 */
export type ColorMapName = "sequential" | "diverging";

const ENTRIES = 256;

/** Drawn in place of NaN. Neither map has it. */
export const NAN_COLOR: readonly [red: number, green: number, blue: number] = [0, 255, 0];

/** A path through the hues: CIELAB's a (green to red) and b (blue to yellow), from the lowest lightness to the highest. */
interface Path {
  readonly lightness: readonly [from: number, to: number];
  readonly hues: readonly (readonly [a: number, b: number])[];
}

/** Chosen by eye, with every color inside sRGB. */
const SEQUENTIAL: Path = {
  lightness: [1, 96],
  hues: [
    [0, -1],
    [24, -38],
    [46, -30],
    [54, -2],
    [34, 29],
    [8, 40],
    [-8, 28],
  ],
};
const ORANGE: Path = {
  lightness: [22, 76],
  hues: [
    [0, 0],
    [8, 20],
    [16, 40],
    [22, 59],
  ],
};
const BLUE: Path = {
  lightness: [22, 76],
  hues: [
    [0, 0],
    [-1, -22],
    [-7, -42],
    [-18, -37],
  ],
};

const made = new Map<ColorMapName, Uint8Array>();

/** The 256 entries of a color map: red, green and blue of entry i are at 3 · i. */
export function colorMap(name: ColorMapName): Uint8Array {
  const known = made.get(name);
  if (known) return known;
  const half = ENTRIES / 2;
  const colors =
    name === "sequential"
      ? colorsAlong(SEQUENTIAL, ENTRIES)
      : [...colorsAlong(BLUE, half).reverse(), ...colorsAlong(ORANGE, half)];
  const entries = Uint8Array.from(colors.flat());
  made.set(name, entries);
  return entries;
}

/** The entry for a value between `min` and `max`; values beyond have the first or the last one. */
export function entryOf(value: number, min: number, max: number): number {
  if (!(max > min)) return value > max ? ENTRIES - 1 : 0;
  const part = (value - min) / (max - min);
  return Math.max(0, Math.min(ENTRIES - 1, Math.floor(part * ENTRIES)));
}

function colorsAlong({ lightness: [from, to], hues }: Path, count: number): number[][] {
  return evenlyAlong(hues, count).map(([a, b], i) => {
    return rgbOfLab(from + ((to - from) * i) / (count - 1), a, b);
  });
}

const PIECES = 64;

/** `count` points at equal distances along the Catmull-Rom curve through the points. */
function evenlyAlong(points: Path["hues"], count: number): number[][] {
  const segments = points.length - 1;
  const curve = Array.from({ length: segments * PIECES + 1 }, (_, i) => {
    const segment = Math.min(Math.floor(i / PIECES), segments - 1);
    return curvePoint(points, segment, i / PIECES - segment);
  });
  const lengths = [0];
  for (let i = 1; i < curve.length; i++) {
    lengths.push(lengths[i - 1] + Math.hypot(curve[i][0] - curve[i - 1][0], curve[i][1] - curve[i - 1][1]));
  }
  let piece = 0;
  return Array.from({ length: count }, (_, i) => {
    const wanted = (lengths[lengths.length - 1] * i) / (count - 1);
    while (piece < curve.length - 2 && lengths[piece + 1] < wanted) piece++;
    const part = (wanted - lengths[piece]) / (lengths[piece + 1] - lengths[piece]);
    return [0, 1].map((axis) => curve[piece][axis] + (curve[piece + 1][axis] - curve[piece][axis]) * part);
  });
}

/** Catmull & Rom 1974. Beyond the ends the curve goes on as it came. */
function curvePoint(points: Path["hues"], segment: number, t: number): number[] {
  return [0, 1].map((axis) => {
    const [start, end] = [points[segment][axis], points[segment + 1][axis]];
    const before = points[segment - 1]?.[axis] ?? 2 * start - end;
    const after = points[segment + 2]?.[axis] ?? 2 * end - start;
    const square = 2 * before - 5 * start + 4 * end - after;
    const cube = 3 * (start - end) + after - before;
    return start + ((end - before) * t + square * t * t + cube * t ** 3) / 2;
  });
}

/** The white of sRGB, D65, in CIE XYZ. */
const WHITE = [0.95047, 1, 1.08883];
/** From XYZ to linear sRGB (IEC 61966-2-1). */
const TO_RGB = [
  [3.2404542, -1.5371385, -0.4985314],
  [-0.969266, 1.8760108, 0.041556],
  [0.0556434, -0.2040259, 1.0572252],
];

/** From CIELAB to sRGB with 8 bits. */
function rgbOfLab(lightness: number, a: number, b: number): number[] {
  const y = (lightness + 16) / 116;
  const xyz = [y + a / 500, y, y - b / 200].map((root, axis) => {
    return WHITE[axis] * (root > 6 / 29 ? root ** 3 : 3 * (6 / 29) ** 2 * (root - 4 / 29));
  });
  return TO_RGB.map((row) => {
    const light = Math.max(0, Math.min(1, row[0] * xyz[0] + row[1] * xyz[1] + row[2] * xyz[2]));
    const encoded = light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
    return Math.round(encoded * 255);
  });
}
