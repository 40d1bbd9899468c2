import { expect, test } from "vitest";
import { GLYPHS } from "../../../src/image/draw/glyphs.ts";
import { drawText, textWidth } from "../../../src/image/draw/text.ts";

const ASCII = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));
const INK = { color: [255, 255, 255] as const, opacity: 1 };

function render(text: string, height: number) {
  const image = { width: 400, height: 60, data: new Uint8Array(400 * 60 * 3) };
  drawText(image, text, 10, 15, height, INK);
  const columns: number[] = [];
  const rows: number[] = [];
  for (let i = 0; i < image.data.length; i += 3) {
    if (image.data[i] === 0) continue;
    columns.push((i / 3) % 400);
    rows.push(Math.floor(i / 3 / 400));
  }
  return {
    key: image.data.join(),
    left: Math.min(...columns),
    right: Math.max(...columns) + 1,
    top: Math.min(...rows),
    bottom: Math.max(...rows) + 1,
  };
}

test("the font has every printable ASCII character and no other", () => {
  expect(Object.keys(GLYPHS).sort()).toEqual([...ASCII].sort());
});

test.each([7, 20])("every character looks different, %d pixels high", (height) => {
  const looks = ASCII.map((character) => render(character, height).key);
  expect(new Set(looks).size).toBe(ASCII.length);
});

test.each([7, 8, 11, 20])("a line %d pixels high keeps its place", (height) => {
  const text = "Hamburg 0.95";
  const { left, right, top, bottom } = render(text, height);
  expect(Math.abs(left - 10)).toBeLessThanOrEqual(1);
  expect(Math.abs(right - 10 - textWidth(text, height))).toBeLessThanOrEqual(1.5);
  expect(Math.abs(top - 15)).toBeLessThanOrEqual(1);
  // The descender of the g.
  expect(bottom - 15 - height).toBeGreaterThan(0);
  expect(bottom - 15 - height).toBeLessThanOrEqual(0.4 * height);
});

test("curves are round: the O is as heavy at its left as at its right, above as below", () => {
  const side = 40;
  const image = { width: side, height: side, data: new Uint8Array(side * side * 3) };
  drawText(image, "O", 5, 5, 30, INK);
  const weight = (along: (x: number, y: number) => number) => {
    let total = 0;
    let moment = 0;
    for (let i = 0; i < side * side; i++) {
      total += image.data[i * 3];
      moment += image.data[i * 3] * (along(i % side, Math.floor(i / side)) + 0.5);
    }
    return moment / total;
  };
  expect(weight((x) => x)).toBeCloseTo(5 + textWidth("O", 30) / 2, 1);
  expect(weight((_, y) => y)).toBeCloseTo(20, 1);
});

test("accents are dropped, other writing becomes boxes", () => {
  expect(render("Zoë", 12).key).toBe(render("Zoe", 12).key);
  expect(render("人", 12).key).toBe(render("車", 12).key);
  expect(render("人", 12).key).not.toBe(render(" ", 12).key);
  expect(textWidth("", 12)).toBe(0);
});
