import { readFileSync } from "node:fs";
import fc from "fast-check";
import jpegJs from "jpeg-js";
import { expect, test } from "vitest";
import { parseSafetensors } from "../../src/checkpoints/safetensors/safetensors.ts";
import { decodeImage } from "../../src/image/imageFile.ts";
import { imageToInput, inputToImage, letterbox } from "../../src/image/input/letterbox.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import { numberedPicture } from "./fixtures.ts";

const ROOT = new URL("../../", import.meta.url);

test.each([
  "movenet-multipose/people",
  "movenet-multipose/people-192x256",
  "movenet-multipose/grace-hopper",
  "movenet-lightning/grace-hopper",
])("%s: the network's input as in the golden case, bit for bit", (name) => {
  const folder = new URL(`test/goldens/tfjs/${name}/`, ROOT);
  const { input } = JSON.parse(readFileSync(new URL("case.json", folder), "utf8"));
  const stored = parseSafetensors(readFileSync(new URL("tensors.safetensors", folder)), name).tensors.get(
    "input",
  );
  const photo = photoOf(input.file);

  const { image, transform } = letterbox(photo, input);
  expect(image).toMatchObject({ width: input.width, height: input.height });
  expect(transform).toEqual({
    left: input.left,
    top: input.top,
    scaleX: input.scaleX,
    scaleY: input.scaleY,
    imageWidth: input.photoWidth,
    imageHeight: input.photoHeight,
  });
  expect(Buffer.compare(image.data, stored?.bytes ?? new Uint8Array(0))).toBe(0);
});

/** The golden cases' pixels. Those of a JPEG are jpeg-js's own: chroma samples are repeated. */
function photoOf(file: string): RgbImage {
  const bytes = readFileSync(new URL(`samples/${file}`, ROOT));
  if (file.endsWith(".jpg")) return jpegJs.decode(bytes, { useTArray: true, formatAsRGBA: false });
  return decodeImage(bytes, file);
}

test("a portrait lies in the middle between black bars", () => {
  const { image, transform } = letterbox(numberedPicture(2, 4), { width: 9, height: 4 });
  expect(transform).toMatchObject({ left: 3, top: 0, scaleX: 1, scaleY: 1 });
  const row = [...image.data.subarray(0, 27)];
  expect(row.slice(0, 9)).toEqual(new Array(9).fill(0));
  expect(row.slice(9, 15)).toEqual([...numberedPicture(2, 4).data.subarray(0, 6)]);
  expect(row.slice(15)).toEqual(new Array(12).fill(0));
});

test("an extremely flat photo keeps one row", () => {
  const { transform } = letterbox(numberedPicture(256, 1), { width: 32, height: 32 });
  expect(transform).toMatchObject({ left: 0, top: 15, scaleX: 0.125, scaleY: 1 });
});

test("points go to the input and back", () => {
  const side = fc.integer({ min: 1, max: 300 });
  const coordinate = fc.double({ min: -1000, max: 1000, noNaN: true });
  fc.assert(
    fc.property(side, side, side, side, coordinate, coordinate, (w, h, width, height, x, y) => {
      const { transform } = letterbox(
        { width: w, height: h, data: new Uint8Array(w * h * 3) },
        { width, height },
      );
      const inside = imageToInput(transform, x, y);
      const back = inputToImage(transform, inside.x, inside.y);
      expect(back.x).toBeCloseTo(x, 6);
      expect(back.y).toBeCloseTo(y, 6);
    }),
    { numRuns: 50 },
  );
});

test("the photo's corners are the corners of its place in the input", () => {
  const { transform } = letterbox(numberedPicture(200, 100), { width: 64, height: 64 });
  expect(inputToImage(transform, 0, 16)).toEqual({ x: 0, y: 0 });
  expect(inputToImage(transform, 64, 48)).toEqual({ x: 200, y: 100 });
});
