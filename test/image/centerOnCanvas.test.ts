import { expect, test } from "vitest";
import { centerOnCanvas, placeOnCanvas } from "../../src/image/input/centerOnCanvas.ts";
import { resizeFixedPoint } from "../../src/image/input/resizeFixedPoint.ts";

const grey = (width: number, height: number, value: (x: number, y: number) => number) => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return value(pixel % width, Math.floor(pixel / width));
  }),
});

test("a row is enlarged between pixel centers, by weights of 11 bits", () => {
  const { data } = resizeFixedPoint(
    grey(2, 1, (x) => x * 100),
    4,
    1,
  );
  expect([...data].filter((_, i) => i % 3 === 0)).toEqual([0, 25, 75, 100]);
  const photo = grey(2, 1, (x) => x);
  expect(resizeFixedPoint(photo, 2, 1)).toBe(photo);
});

test("the canvas is the next 127 modulo 128, the photo in its middle, channels blue first", () => {
  const photo = { width: 2, height: 1, data: Uint8Array.of(255, 0, 0, 0, 0, 255) };
  const image = centerOnCanvas(photo);
  const { left, top } = placeOnCanvas(photo, 1);
  expect(image.shape).toEqual([1, 127, 127, 3]);
  expect([left, top]).toEqual([62, 63]);
  const start = (top * 127 + left) * 3;
  const [blue, red] = [(1 - 0.40789654) / 0.28863828, (1 - 0.47026115) / 0.27809835];
  const [noBlue, noRed] = [-0.40789654 / 0.28863828, -0.47026115 / 0.27809835];
  expect(image.data[start]).toBeCloseTo(noBlue, 6);
  expect(image.data[start + 2]).toBeCloseTo(red, 6);
  expect(image.data[start + 3]).toBeCloseTo(blue, 6);
  expect(image.data[start + 5]).toBeCloseTo(noRed, 6);
  expect(image.data[0]).toBeCloseTo(noBlue, 6);
});

test.each([false, true])(
  "a photo that fills the canvas loses its border as reference: %s",
  (reproduceReference) => {
    const image = centerOnCanvas(
      grey(127, 127, () => 255),
      1,
      { reproduceReference },
    );
    const isBlack = (x: number, y: number) => image.data[(y * 127 + x) * 3] < 0;
    const corners = [isBlack(125, 125), isBlack(126, 0), isBlack(0, 126)];
    expect(corners).toEqual([false, reproduceReference, reproduceReference]);
  },
);

test("the mirror image is the canvas turned left to right", () => {
  const photo = grey(5, 3, (x, y) => 10 * x + y);
  const plain = centerOnCanvas(photo, 1.5);
  const mirrored = centerOnCanvas(photo, 1.5, { mirrored: true });
  for (let pixel = 0; pixel < 127 * 127; pixel++) {
    const [x, y] = [pixel % 127, Math.floor(pixel / 127)];
    expect(mirrored.data[pixel * 3]).toBe(plain.data[(y * 127 + 126 - x) * 3]);
  }
});
