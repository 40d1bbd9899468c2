import { expect, test } from "vitest";
import { colorMap, entryOf, NAN_COLOR } from "../../src/visualization/colorMap.ts";

/** From sRGB to CIELAB with the white of D65 (IEC 61966-2-1, CIE 15), written apart from what it tests. */
function labOf(rgb: Uint8Array): [lightness: number, a: number, b: number] {
  const [r, g, b] = Array.from(rgb, (level) => {
    const part = level / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const root = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = root((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = root(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = root((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const labs = (entries: Uint8Array) =>
  Array.from({ length: entries.length / 3 }, (_, i) => labOf(entries.subarray(i * 3, i * 3 + 3)));

/** Wide enough that rounding to 8 bits does not matter. */
const WINDOW = 16;

function expectEven(colors: readonly (readonly [number, number, number])[]): void {
  const lightness = colors.map(([value]) => value);
  for (let i = 1; i < lightness.length; i++) expect(lightness[i]).toBeGreaterThan(lightness[i - 1] - 0.2);
  const steps = (of: (from: number, to: number) => number) =>
    Array.from({ length: colors.length - WINDOW }, (_, i) => of(i, i + WINDOW));
  const rises = steps((from, to) => lightness[to] - lightness[from]);
  const distances = steps((from, to) => Math.hypot(...colors[to].map((value, k) => value - colors[from][k])));
  for (const lengths of [rises, distances]) {
    const [least, most] = [Math.min(...lengths), Math.max(...lengths)];
    expect(least).toBeGreaterThan(0);
    expect(most / least).toBeLessThan(1.2);
  }
}

test("the sequential map rises in lightness from black to nearly white, in even steps", () => {
  const entries = colorMap("sequential");
  expect(entries).toHaveLength(256 * 3);
  const colors = labs(entries);
  expect(colors[0][0]).toBeLessThan(2);
  expect(colors[255][0]).toBeGreaterThan(94);
  expectEven(colors);
});

test("the diverging map is gray at 0 and rises evenly to blue and to orange", () => {
  const colors = labs(colorMap("diverging"));
  expect(colors).toHaveLength(256);
  const [below, above] = [colors.slice(0, 128).reverse(), colors.slice(128)];
  expectEven(below);
  expectEven(above);
  for (const [, a, b] of [below[0], above[0]]) expect(Math.hypot(a, b)).toBeLessThan(1);
  for (const [i, [lightness]] of below.entries()) expect(Math.abs(lightness - above[i][0])).toBeLessThan(0.5);
  expect(below[127][2]).toBeLessThan(-30);
  expect(above[127][2]).toBeGreaterThan(50);
});

test("the entries differ, and none is the color of NaN", () => {
  for (const name of ["sequential", "diverging"] as const) {
    const entries = colorMap(name);
    const whole = Array.from({ length: 256 }, (_, i) => entries.subarray(i * 3, i * 3 + 3).join());
    expect(new Set(whole).size).toBeGreaterThan(250);
    expect(whole).not.toContain(NAN_COLOR.join());
  }
});

test("values go to entries, those beyond the range to the first and last", () => {
  expect([-1, 0, 0.5, 1, 2].map((value) => entryOf(value, 0, 1))).toEqual([0, 0, 128, 255, 255]);
  expect([-3, -1e-9, 0, 3].map((value) => entryOf(value, -3, 3))).toEqual([0, 127, 128, 255]);
  expect([4, 5, 6].map((value) => entryOf(value, 5, 5))).toEqual([0, 0, 255]);
});
