import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { imageToInput } from "../../src/image/input/letterbox.ts";
import {
  type ChannelScaling,
  channelScaling,
  type Normalization,
  normalizePixels,
  ZOO_NORMALIZATIONS,
} from "../../src/image/input/normalization.ts";
import { resizedSize, squareResizer } from "../../src/image/input/resizer/imageResizer.ts";
import { placeByResizer, resizeForNetwork } from "../../src/image/input/resizer/resizeForNetwork.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import { compare, EXACT } from "../../src/verify/compare.ts";
import { readCommittedCase } from "../verify/goldenFiles.ts";
import { numberedPicture } from "./fixtures.ts";

const NORMALIZATIONS: Record<string, Normalization> = {
  hourglass: ZOO_NORMALIZATIONS.hourglass,
  resnet_v1: ZOO_NORMALIZATIONS.resnetV1,
  resnet_v2: ZOO_NORMALIZATIONS.resnetV2,
  mobilenet_v2: ZOO_NORMALIZATIONS.mobilenetV2,
};

function padToSquare(image: RgbImage, side: number) {
  const resizer = squareResizer(side);
  return { ...placeByResizer(image, resizer), input: resizeForNetwork(image, resizer) };
}

describe("the golden images", async () => {
  const golden = await readCommittedCase("tf/preprocess");
  const taps = new Map(golden.taps.map((tap) => [tap.name, tap]));
  const prepared = golden.taps.filter(({ name }) => /^\w+\/image_\d+x\d+$/.test(name));
  const imageOf = (name: string): RgbImage => {
    const tap = taps.get(name);
    if (!tap) throw new Error(`no ${name}`);
    return { height: tap.shape[1], width: tap.shape[2], data: Uint8Array.from(tap.values) };
  };

  test("are 20", () => expect(prepared).toHaveLength(20));

  test.each(prepared.map((tap) => [tap.name, tap] as const))("%s, bit for bit", (name, tap) => {
    const [family, image] = name.split("/");
    const { input, trueShape } = padToSquare(imageOf(image), 64);
    const { pass, worst } = compare(tap, normalizePixels(input, NORMALIZATIONS[family]).data, EXACT);
    expect(pass, JSON.stringify(worst)).toBe(true);
    const expected = Array.from(taps.get(`${name}/true_shape`)?.values ?? []);
    expect([trueShape.height, trueShape.width, 3]).toEqual(expected);
  });

  test("shapes of images of many proportions", () => {
    const rows = Array.from(taps.get("shapes")?.values ?? []);
    expect(rows).toHaveLength(300);
    for (let row = 0; row < 60; row++) {
      const [side, height, width, ...expected] = rows.slice(row * 5, row * 5 + 5);
      const shape = resizedSize(squareResizer(side), { height: height, width: width });
      expect([side, height, width, shape.height, shape.width]).toEqual([side, height, width, ...expected]);
    }
  });
});

/** What the op `normalize` computes in float32. */
function rescaled(pixels: Float32Array, scaling: ChannelScaling): Float32Array {
  const [mean, scale, offset] = [scaling.mean, scaling.scale, scaling.offset].map((list) =>
    Float32Array.from(list),
  );
  return pixels.map((_, i) => {
    const channel = i % 3;
    const centered = Math.fround(pixels[i - channel + scaling.order[channel]] - mean[channel]);
    return Math.fround(centered * scale[channel]) + offset[channel];
  });
}

test.each(Object.keys(NORMALIZATIONS))("%s: as one layer of the network it comes close enough", (family) => {
  const { input: image } = padToSquare(numberedPicture(31, 19), 40);
  const exact = normalizePixels(image, NORMALIZATIONS[family]);
  const scaled = rescaled(image.data, channelScaling(NORMALIZATIONS[family]));
  expect(compare({ values: exact.data }, scaled, { absolute: 3e-7, relative: 2e-7 })).toMatchObject({
    pass: true,
  });
});

test("sides where the rounding to float32 decides", () => {
  expect(resizedSize(squareResizer(320), { height: 7, width: 896 })).toEqual({ height: 2, width: 320 });
  expect(resizedSize(squareResizer(320), { height: 9, width: 384 })).toEqual({ height: 8, width: 320 });
  expect(resizedSize(squareResizer(320), { height: 45, width: 1152 })).toEqual({ height: 13, width: 320 });
});

test("both kinds of reversal together leave red first", () => {
  const normalization: Normalization = {
    bgrOrdering: true,
    channelMeans: [1, 2, 3],
    channelStds: [2, 4, 8],
    extractorRule: "caffe",
  };
  const image = { shape: [1, 1, 1, 3], data: Float32Array.of(10, 20, 30) } as const;
  const exact = [(10 - 3) / 8 - 103.939, (20 - 2) / 4 - 116.779, (30 - 1) / 2 - 123.68];
  expect(Array.from(normalizePixels(image, normalization).data)).toEqual(exact.map(Math.fround));
  rescaled(image.data, channelScaling(normalization)).forEach((value, channel) => {
    expect(value).toBeCloseTo(exact[channel], 4);
  });
});

test("padding is black before normalization, at the right and below", () => {
  const { input: image, trueShape } = padToSquare(
    { width: 2, height: 1, data: new Uint8Array(6).fill(200) },
    4,
  );
  expect(trueShape).toEqual({ height: 2, width: 4 });
  expect(Array.from(image.data)).toEqual([...Array(24).fill(200), ...Array(24).fill(0)]);
  const normalized = normalizePixels(image, ZOO_NORMALIZATIONS.resnetV2);
  expect(normalized.data.at(-1)).toBe(-1);
});

test("the transform maps the photo onto the true shape", () => {
  const sides = fc.integer({ min: 1, max: 300 });
  fc.assert(
    fc.property(sides, sides, fc.integer({ min: 8, max: 64 }), (width, height, side) => {
      const photo = { width, height, data: new Uint8Array(width * height * 3) };
      const { transform, trueShape, input: image } = padToSquare(photo, side);
      const end = imageToInput(transform, width, height);
      expect(end.x).toBeCloseTo(trueShape.width, 9);
      expect(end.y).toBeCloseTo(trueShape.height, 9);
      expect(Math.max(trueShape.width, trueShape.height)).toBe(side);
      expect(image.shape).toEqual([1, side, side, 3]);
    }),
    { numRuns: 50 },
  );
});
