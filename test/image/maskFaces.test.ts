import { expect, test } from "vitest";
import { grownBox, maskedPixels, maskFaces } from "../../src/image/mask/maskFaces.ts";

const image = (width: number, height: number) => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => 1 + ((i * 37) % 250)),
});
const at = (xmin: number, ymin: number, xmax: number, ymax: number) => ({ box: { xmin, ymin, xmax, ymax } });

test("a box grows by 0.3 of its side on each side, and by at least 16 pixels, rounded outward", () => {
  expect(grownBox(at(100.5, 200.5, 200.5, 400.5).box)).toEqual({ xmin: 70, ymin: 140, xmax: 231, ymax: 461 });
  expect(grownBox(at(50, 50, 60, 60).box)).toEqual({ xmin: 34, ymin: 34, xmax: 76, ymax: 76 });
});

test("solid masks are one color over the grown boxes, and nothing else changes", () => {
  const before = image(120, 100);
  const kept = Uint8Array.from(before.data);
  const masked = maskFaces(before, [at(40, 30, 60, 50), at(-20, -20, 0, 0)], { color: [9, 8, 7] });
  expect(before.data).toEqual(kept);
  const isMasked = (x: number, y: number) => (x >= 24 && x < 76 && y >= 14 && y < 66) || (x < 16 && y < 16);
  const expected = kept.map((value, i) => {
    const pixel = Math.floor(i / 3);
    return isMasked(pixel % 120, Math.floor(pixel / 120)) ? [9, 8, 7][i % 3] : value;
  });
  expect(masked.data).toEqual(expected);
});

test("an ellipse covers the whole box of a face, in the middle, at a border and in a corner", () => {
  const size = { width: 400, height: 300 };
  for (const face of [
    at(150, 80, 290, 260),
    at(0, 80, 140, 260),
    at(0, 0, 140, 180),
    at(330, 250, 400, 300),
  ]) {
    const covered = maskedPixels(size, [face], { shape: "ellipse" });
    const { xmin, ymin, xmax, ymax } = face.box;
    const rows = Array.from({ length: ymax - ymin }, (_, row) => (ymin + row) * 400);
    expect(rows.every((row) => covered.subarray(row + xmin, row + xmax).every((value) => value === 1))).toBe(
      true,
    );
    const rectangle = maskedPixels(size, [face]);
    expect(covered.every((value, i) => value <= rectangle[i])).toBe(true);
  }
});

test("a mosaic has at most 4 x 4 colors for boxes that overlap, and a blur nothing beyond the mosaic's range", () => {
  const before = image(300, 300);
  const faces = [at(100, 100, 180, 180), at(104, 98, 184, 182)];
  const colors = (data: Uint8Array) => {
    const covered = maskedPixels(before, faces);
    return new Set(
      Array.from(covered.keys())
        .filter((pixel) => covered[pixel])
        .map((pixel) => data.subarray(pixel * 3, pixel * 3 + 3).join()),
    );
  };
  const mosaic = maskFaces(before, faces, { mask: "mosaic" });
  expect(colors(mosaic.data).size).toBeLessThanOrEqual(16);
  expect(colors(before.data).size).toBeGreaterThan(100);
  const reds = [...colors(mosaic.data)].map((color) => Number(color.split(",")[0]));
  for (const color of colors(maskFaces(before, faces, { mask: "blur" }).data)) {
    const red = Number(color.split(",")[0]);
    expect(red >= Math.min(...reds) && red <= Math.max(...reds)).toBe(true);
  }
});

test.each([
  [{ mask: "pixels" }, /option mask: expected solid, mosaic, blur, got pixels/],
  [{ shape: "circle" }, /option shape: expected box or ellipse/],
  [{ color: [0, 0, 300] }, /option color/],
  [{ margin: Number.NaN }, /option margin/],
])("%o is refused", (options, error) => {
  expect(() => maskFaces(image(4, 4), [], options as never)).toThrow(error);
});
