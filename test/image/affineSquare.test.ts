import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { decodeImage } from "../../src/image/imageFile.ts";
import { affineSquare, placeInSquare } from "../../src/image/input/affineSquare.ts";
import { inputToImage } from "../../src/image/input/letterbox.ts";
import { ALL_GOLDENS } from "../support/goldens.ts";
import { mayBeLeftOut } from "../support/required.ts";

/** Each level as itself, so that the square's pixels are those of the scaled image. */
const PLAIN = Array.from({ length: 3 }, () => Float32Array.from({ length: 256 }, (_, level) => level));
const GRAY = (width: number, height: number, value: (x: number, y: number) => number) => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return value(pixel % width, Math.floor(pixel / width));
  }),
});

const WARPED = join(ALL_GOLDENS ?? "", "points/ctdet_coco_resdcn18/photo/warped.png");

test.skipIf(!existsSync(WARPED) && mayBeLeftOut)(
  "an image in its square is OpenCV's, bit for bit (needs CENTERNET_GOLDENS)",
  () => {
    const [image, warped] = [new URL("../../samples/people.png", import.meta.url).pathname, WARPED].map(
      (path) => decodeImage(new Uint8Array(readFileSync(path)), path),
    );
    const { data } = affineSquare(image, 512, { levels: PLAIN });
    // Blue, green, red.
    const differing = data.filter((value, i) => value !== warped.data[i - (i % 3) + 2 - (i % 3)]);
    expect(differing).toHaveLength(0);
  },
);

test("positions are indices of pixels: no half pixel is added", () => {
  const image = GRAY(8, 4, (x) => 10 * x);
  const row = (side: number) => {
    const { data } = affineSquare(image, side, { levels: PLAIN });
    return Array.from({ length: side }, (_, x) => data[(Math.floor(side / 2) * side + x) * 3]);
  };
  expect(row(8)).toEqual([0, 10, 20, 30, 40, 50, 60, 70]);
  // Every second pixel as it is, and at twice the size each pixel followed by the middle of two.
  expect(row(4)).toEqual([0, 20, 40, 60]);
  expect(row(16).slice(0, 6)).toEqual([0, 5, 10, 15, 20, 25]);
});

test("the image lies in the middle, black around it, and mirrored as a whole", () => {
  const image = GRAY(8, 4, (x) => 100 + x);
  const { data } = affineSquare(image, 8, { levels: PLAIN });
  const [mirrored] = [affineSquare(image, 8, { levels: PLAIN, mirrored: true }).data];
  const at = (map: Float32Array, y: number, x: number) => map[(y * 8 + x) * 3];
  expect([0, 1, 2, 5, 6, 7].map((y) => at(data, y, 3))).toEqual([0, 0, 103, 103, 0, 0]);
  for (let x = 0; x < 8; x++) expect(at(mirrored, 4, 7 - x)).toBe(at(data, 4, x));
});

test.each([1, 0.5, 2])("the way back leads to the pixels that were read, at scale %f", (scale) => {
  const image = GRAY(16, 8, (x, y) => 8 * x + y);
  const transform = placeInSquare(image, 16, scale);
  const { data } = affineSquare(image, 16, { levels: PLAIN, scale });
  // At these scales the square's middle is the image's.
  expect(inputToImage(transform, 8, 8)).toEqual({ x: 8, y: 4 });
  const { x } = inputToImage(transform, 8 + 2 * scale, 8);
  expect(x).toBeCloseTo(10, 6);
  expect(data[(8 * 16 + 8) * 3]).toBeGreaterThan(0);
});
