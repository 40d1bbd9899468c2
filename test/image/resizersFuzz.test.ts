import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isSampledImage } from "../../src/backend/sampledImage.ts";
import { ModelError } from "../../src/errors.ts";
import { imageToInput, inputToImage } from "../../src/image/input/letterbox.ts";
import {
  describeResizer,
  fixedInputSize,
  type ImageResizer,
  inputSizeOf,
  RESIZE_METHODS,
  resizedSize,
  resizerTo,
} from "../../src/image/input/resizer/imageResizer.ts";
import { placeByResizer, resizeForNetwork } from "../../src/image/input/resizer/resizeForNetwork.ts";
import { resizerOf } from "../support/zooResizers.ts";

const RUNS = { numRuns: 400, seed: 20260728 };

const method = fc.constantFrom(...RESIZE_METHODS);
const gray = fc.boolean();
const side = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 160 }));

const resizers: fc.Arbitrary<ImageResizer> = fc.oneof(
  fc.record({
    kind: fc.constant("fixedShape" as const),
    height: side,
    width: side,
    method,
    convertToGrayscale: gray,
  }),
  fc
    .record({
      kind: fc.constant("keepAspectRatio" as const),
      sides: fc.tuple(side, side),
      padToMaxDimension: fc.boolean(),
      perChannelPadValue: fc.oneof(
        fc.constant([]),
        fc.array(fc.integer({ min: -9, max: 300 }), { minLength: 3, maxLength: 3 }),
      ),
      method,
      convertToGrayscale: gray,
    })
    .map(({ sides, ...rest }) => ({
      ...rest,
      minDimension: Math.min(...sides),
      maxDimension: Math.max(...sides),
    })),
  fc.record({
    kind: fc.constant("conditionalShape" as const),
    condition: fc.constantFrom("GREATER" as const, "SMALLER" as const),
    sizeThreshold: side,
    method,
    convertToGrayscale: gray,
  }),
  fc.record({ kind: fc.constant("padToMultiple" as const), multiple: side, convertToGrayscale: gray }),
  fc.constant({ kind: "identity" as const }),
);

/** Of all proportions: a line of pixels is one in four. */
const images = fc
  .oneof(
    { weight: 3, arbitrary: fc.tuple(side, side) },
    fc.tuple(fc.constant(1), fc.integer({ min: 1, max: 3000 })),
    fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.constant(1)),
  )
  .map(([width, height]) => ({ width, height }));

/** Some of these have sides of thousands of pixels, enlarged from a line. */
const isSmall = (resizer: ImageResizer, image: { width: number; height: number }) => {
  const { width, height } = inputSizeOf(resizer, image);
  return width * height < 200_000;
};

function scattered({ width, height }: { width: number; height: number }) {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => ((i + 1) * 1733) % 8191);
  return { width, height, data };
}

test("every image becomes an input of the size that was foretold, whatever the resizer", () => {
  fc.assert(
    fc.property(resizers, images, (resizer, size) => {
      const { trueShape, size: input, transform } = placeByResizer(size, resizer);
      expect(fixedInputSize(resizer) ?? input).toEqual(input);
      for (const side of ["height", "width"] as const) {
        expect(trueShape[side]).toBeGreaterThanOrEqual(1);
        expect(trueShape[side]).toBeLessThanOrEqual(input[side]);
      }
      const end = imageToInput(transform, size.width, size.height);
      expect(end.x).toBeCloseTo(trueShape.width, 6);
      expect(end.y).toBeCloseTo(trueShape.height, 6);
      const back = inputToImage(transform, end.x, end.y);
      expect(back.x).toBeCloseTo(size.width, 6);
      expect(back.y).toBeCloseTo(size.height, 6);
      expect(describeResizer(resizer)).toMatch(/^\w+_resizer, /);
      if (!isSmall(resizer, size)) return;
      const { shape, data } = resizeForNetwork(scattered(size), resizer);
      expect(shape).toEqual([1, input.height, input.width, 3]);
      expect(data.every(Number.isFinite)).toBe(true);
    }),
    RUNS,
  );
});

test("an image of one color stays so inside its true shape, and the padding around it", () => {
  fc.assert(
    fc.property(resizers, images, fc.integer({ min: 0, max: 255 }), (resizer, size, level) => {
      if (!isSmall(resizer, size)) return;
      const data = new Uint8Array(size.width * size.height * 3).fill(level);
      const { trueShape, size: input } = placeByResizer(size, resizer);
      const resized = resizeForNetwork({ ...size, data }, resizer).data;
      const pads = "perChannelPadValue" in resizer ? resizer.perChannelPadValue : [];
      const isGray = "convertToGrayscale" in resizer && resizer.convertToGrayscale;
      const [red = 0, green = 0, blue = 0] = pads;
      const padded = isGray ? Array(3).fill(0.2989 * red + 0.587 * green + 0.114 * blue) : [red, green, blue];
      // The weights of gray add up to 0.9999, and those of a bicubic are rounded.
      const inside = isGray ? level * 0.9999 : level;
      // Areas are differences of positions that are rounded to float32.
      const tolerance = "method" in resizer && resizer.method === "AREA" ? 1 : 2e-3;
      const far = resized.findIndex((value, i) => {
        const [x, y] = [Math.floor(i / 3) % input.width, Math.floor(i / 3 / input.width)];
        const expected = x < trueShape.width && y < trueShape.height ? inside : padded[i % 3];
        return Math.abs(value - expected) > tolerance;
      });
      expect(far).toBe(-1);
    }),
    RUNS,
  );
});

test("a device that samples by the places it is given computes the same", () => {
  let sampled = 0;
  fc.assert(
    fc.property(resizers, images, (resizer, size) => {
      if (!isSmall(resizer, size)) return;
      const image = scattered(size);
      const input = resizeForNetwork(image, resizer);
      if (!isSampledImage(input)) return;
      sampled++;
      const { columns, rows } = input.sampling;
      const [, height, width] = input.shape;
      expect([columns.length, rows.length]).toEqual([width, height]);
      const mix = (a: number, b: number, t: number) => Math.fround(a + Math.fround(Math.fround(b - a) * t));
      const at = (row: number, column: number, channel: number) =>
        image.data[(row * image.width + column) * 3 + channel];
      const different = input.data.findIndex((value, i) => {
        const [column, row] = [columns[Math.floor(i / 3) % width], rows[Math.floor(i / 3 / width)]];
        if (!column || !row) return value !== 0;
        const upper = mix(
          at(row.before, column.before, i % 3),
          at(row.before, column.after, i % 3),
          column.fraction,
        );
        const lower = mix(
          at(row.after, column.before, i % 3),
          at(row.after, column.after, i % 3),
          column.fraction,
        );
        return value !== mix(upper, lower, row.fraction);
      });
      expect(different).toBe(-1);
    }),
    RUNS,
  );
  expect(sampled).toBeGreaterThan(100);
});

test("a resizer for another size gives that size, if its size is fixed", () => {
  fc.assert(
    fc.property(resizers, images, side, side, (resizer, image, height, width) => {
      const fixed = fixedInputSize(resizer);
      const wanted = resizer.kind === "keepAspectRatio" ? { height: width, width } : { height, width };
      const other = resizerTo(resizer, wanted);
      if (!fixed) expect(other).toEqual(resizer);
      else expect(inputSizeOf(other, image)).toEqual(wanted);
      const { height: rows, width: columns } = resizedSize(other, image);
      expect(inputSizeOf(other, image).height).toBeGreaterThanOrEqual(rows);
      expect(inputSizeOf(other, image).width).toBeGreaterThanOrEqual(columns);
      if (fixed) expect(resizerTo(resizer, fixed)).toEqual(resizer);
    }),
    RUNS,
  );
});

describe("any text", () => {
  const words = [
    ["fixed_shape_resizer", "keep_aspect_ratio_resizer", "conditional_shape_resizer"],
    ["pad_to_multiple_resizer", "identity_resizer", "{", "}", "{", "}", ":", ",", "[", "]"],
    ["height", "width", "min_dimension", "max_dimension", "size_threshold", "multiple", "condition"],
    ["resize_method", "pad_to_max_dimension", "per_channel_pad_value", "convert_to_grayscale"],
    ["BILINEAR", "AREA", "GREATER", "INVALID", "true", "0", "1", "-1", "2.5", "1e9", "4294967296", '"x"'],
  ].flat();
  const fields = fc.tuple(fc.constantFrom(...words), fc.constantFrom(...words)).map(([a, b]) => `${a}: ${b}`);
  const shaped = fc
    .tuple(fc.constantFrom(...words.slice(0, 5)), fc.array(fields, { maxLength: 4 }))
    .map(([kind, inner]) => `${kind} { ${inner.join(" ")} }`);
  const texts = fc.oneof(
    shaped,
    fc.array(fc.constantFrom(...words), { maxLength: 12 }).map((all) => all.join(" ")),
  );

  test("is a resizer or a ModelError", () => {
    let read = 0;
    fc.assert(
      fc.property(texts, (text) => {
        try {
          const resizer = resizerOf(text);
          read++;
          const { height, width } = resizedSize(resizer, { height: 48, width: 64 });
          expect(height >= 1 && width >= 1 && Number.isInteger(height) && Number.isInteger(width)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(ModelError);
        }
      }),
      { numRuns: 4000, seed: 7 },
    );
    expect(read).toBeGreaterThan(200);
  });
});
