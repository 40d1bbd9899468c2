import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { expectArray, expectObject, expectString } from "../../src/checkpoints/bytes/json.ts";
import { ModelError } from "../../src/errors.ts";
import { decodeImage } from "../../src/image/imageFile.ts";
import {
  type Normalization,
  normalizePixels,
  ZOO_NORMALIZATIONS,
} from "../../src/image/input/normalization.ts";
import { resizedSize } from "../../src/image/input/resizer/imageResizer.ts";
import { placeByResizer, resizeForNetwork } from "../../src/image/input/resizer/resizeForNetwork.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import { compare, EXACT } from "../../src/verify/compare.ts";
import type { GoldenTap } from "../../src/verify/goldenCase.ts";
import { resizerOf } from "../support/zooResizers.ts";
import { readCommittedCase } from "../verify/goldenFiles.ts";

const golden = await readCommittedCase("tf/resizers");
const taps = new Map(golden.taps.map((tap) => [tap.name, tap]));
/** Of the whole tensor, if the case holds only samples of it. */
const checksums = new Map(
  expectArray(golden.fields.get("taps"), "taps").map((entry) => {
    const tap = expectObject(entry, "tap");
    return [expectString(tap.get("name"), "name"), tap.get("sha256")];
  }),
);
const variants = expectArray(golden.fields.get("variants"), "variants").map((entry) => {
  const variant = expectObject(entry, "variant");
  const pictures = expectArray(variant.get("pictures"), "pictures").map((name) => expectString(name, "name"));
  return {
    name: expectString(variant.get("name"), "name"),
    resizer: resizerOf(expectString(variant.get("image_resizer"), "image_resizer")),
    pictures,
  };
});

const FAMILIES: Readonly<Record<string, Normalization>> = {
  hourglass: ZOO_NORMALIZATIONS.hourglass,
  resnet_v1: ZOO_NORMALIZATIONS.resnetV1,
  resnet_v2: ZOO_NORMALIZATIONS.resnetV2,
  mobilenet_v2: ZOO_NORMALIZATIONS.mobilenetV2,
};

function tapOf(name: string): GoldenTap {
  const tap = taps.get(name);
  if (!tap) throw new Error(`no ${name}`);
  return tap;
}

const people = decodeImage(
  new Uint8Array(readFileSync(new URL("../../samples/people.png", import.meta.url))),
  "people.png",
);

function pictureOf(name: string): RgbImage {
  if (name === "people") return people;
  const { shape, values } = tapOf(name);
  return { height: shape[1], width: shape[2], data: Uint8Array.from(values) };
}

/** Compares all of a tap's numbers, by their checksum where the case holds samples. */
function expectEqual(name: string, data: Float32Array): void {
  const tap = tapOf(name);
  expect(data.length, name).toBe(tap.shape.reduce((product, side) => product * side, 1));
  const { pass, worst } = compare(tap, data, EXACT);
  expect(pass, `${name}: ${JSON.stringify(worst)}`).toBe(true);
  const bytes = tap.dtype === "uint8" ? Uint8Array.from(data) : data;
  if (checksums.get(name) === undefined) return;
  expect(createHash("sha256").update(bytes).digest("hex"), name).toBe(checksums.get(name));
}

/** All numbers of the golden tensors that the variants do not reach, by name. */
const OTHER = [...taps.keys()].filter((name) => /^(image_\d+x\d+|shapes\/\w+)$/.test(name));
const reached = new Set(OTHER);

describe("the resizers agree with TensorFlow, bit for bit", () => {
  for (const { name, resizer, pictures } of variants) {
    test.each(pictures)(`${name} of %s`, (picture) => {
      const image = pictureOf(picture);
      const { trueShape, size } = placeByResizer(image, resizer);
      const { shape, data } = resizeForNetwork(image, resizer);
      expect(shape).toEqual([1, size.height, size.width, 3]);
      const isGray = "convertToGrayscale" in resizer && resizer.convertToGrayscale;
      const tap = `${name}/${picture}`;
      expectEqual(tap, isGray ? data.filter((_, i) => i % 3 === 0) : data);
      if (isGray) expect(data.every((value, i) => value === data[i - (i % 3)])).toBe(true);
      const expected = Array.from(tapOf(`${tap}/true_shape`).values);
      expect([trueShape.height, trueShape.width, isGray ? 1 : 3]).toEqual(expected);
      reached.add(tap).add(`${tap}/true_shape`);
      for (const [family, normalization] of Object.entries(FAMILIES)) {
        if (!taps.has(`${family}/${tap}`)) continue;
        expectEqual(`${family}/${tap}`, normalizePixels({ shape, data }, normalization).data);
        reached.add(`${family}/${tap}`);
      }
    });
  }

  test("sizes of images of many proportions", () => {
    const sampling = { method: "BILINEAR", convertToGrayscale: false } as const;
    const rowsOf = (name: string, columns: number) => {
      const values = Array.from(tapOf(name).values);
      return Array.from({ length: values.length / columns }, (_, i) =>
        values.slice(i * columns, (i + 1) * columns),
      );
    };
    const keep = { kind: "keepAspectRatio", padToMaxDimension: false, perChannelPadValue: [] } as const;
    for (const [minDimension, maxDimension, height, width, ...expected] of rowsOf("shapes/keep", 6)) {
      const size = resizedSize({ ...keep, ...sampling, minDimension, maxDimension }, { height, width });
      expect([height, width, size.height, size.width]).toEqual([height, width, ...expected]);
    }
    for (const condition of ["GREATER", "SMALLER"] as const) {
      for (const row of rowsOf(`shapes/${condition.toLowerCase()}`, 5)) {
        const [sizeThreshold, height, width, ...expected] = row;
        const resizer = { kind: "conditionalShape", condition, sizeThreshold, ...sampling } as const;
        const size = resizedSize(resizer, { height, width });
        expect([height, width, size.height, size.width]).toEqual([height, width, ...expected]);
      }
    }
  });

  test("606 taps, each compared", () => {
    expect(taps.size).toBe(606);
    expect([...taps.keys()].filter((name) => !reached.has(name))).toEqual([]);
  });
});

describe("what the original refuses", () => {
  const refused: readonly (readonly [text: string, message: string])[] = [
    [
      "keep_aspect_ratio_resizer { min_dimension: 96 max_dimension: 48 }",
      "line 1, column 29, min_dimension: expected min_dimension of at most max_dimension, got 96 and 48",
    ],
    [
      "keep_aspect_ratio_resizer { max_dimension: 599 }",
      "max_dimension: expected min_dimension of at most max_dimension, got 600 and 599",
    ],
    [
      "keep_aspect_ratio_resizer { pad_to_max_dimension: true per_channel_pad_value: [1, 2] }",
      "per_channel_pad_value: expected 3 values or none, got 2",
    ],
    ["fixed_shape_resizer { height: 0 width: 96 }", "height: expected a whole number from 1"],
    ["fixed_shape_resizer { resize_method: 4 }", "resize_method: expected one of BILINEAR, NEAREST_NEIGHBOR"],
    ["fixed_shape_resizer { resize_method: NEAREST }", "resize_method: expected one of BILINEAR"],
    [
      "conditional_shape_resizer { condition: INVALID }",
      "condition: expected GREATER or SMALLER, got INVALID",
    ],
    ["conditional_shape_resizer { condition: 0 }", "condition: expected GREATER or SMALLER, got INVALID (0)"],
    ["conditional_shape_resizer { size_threshold: 0 }", "size_threshold: expected a whole number from 1"],
    ["pad_to_multiple_resizer { multiple: -32 }", "multiple: expected a whole number from 1"],
    ["pad_to_multiple_resizer { multiple: 0 }", "multiple: expected a whole number from 1"],
    ["", "pipeline.config image_resizer: expected one of fixed_shape_resizer, keep_aspect_ratio_resizer"],
    ["identity_resizer { } fixed_shape_resizer { }", "got fixed_shape_resizer and identity_resizer"],
  ];
  test.each(refused)("%s", (text, message) => {
    expect(() => resizerOf(text)).toThrow(ModelError);
    expect(() => resizerOf(text)).toThrow(message);
  });
});

test("enums may be given by their numbers", () => {
  expect(resizerOf("conditional_shape_resizer { condition: 2 resize_method: 3 }")).toMatchObject({
    condition: "SMALLER",
    method: "AREA",
  });
});

test("an image whose side would become 0 keeps one pixel, where the original fails", () => {
  const sizes = [
    "keep_aspect_ratio_resizer { min_dimension: 48 max_dimension: 96 }",
    "conditional_shape_resizer { }",
  ];
  const line = { height: 1, width: 5000 };
  expect(sizes.map((text) => resizedSize(resizerOf(text), line))).toEqual([
    { height: 1, width: 96 },
    { height: 1, width: 300 },
  ]);
});
