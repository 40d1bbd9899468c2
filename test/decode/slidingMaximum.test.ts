import fc from "fast-check";
import { expect, test } from "vitest";
import { slidingMaximum } from "../../src/decode/slidingMaximum.ts";
import { shapeOf, tensor } from "../../src/tensor.ts";

test("an even window reaches one further down and to the right", () => {
  const map = tensor(shapeOf(3, 3, 1), Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0, 2));
  expect(Array.from(slidingMaximum(map, 2).data)).toEqual([1, 0, 0, 0, 2, 2, 0, 2, 2]);
});

test("is the largest of each cell's window, channel by channel", () => {
  const side = fc.integer({ min: 1, max: 6 });
  fc.assert(
    fc.property(
      side,
      side,
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 7 }),
      fc.nat(),
      (...args) => {
        const [height, width, channels, kernel, seed] = args;
        const values = Float32Array.from({ length: height * width * channels }, (_, i) => {
          return (((i + 1) * (seed % 9973)) % 17) - 8;
        });
        const before = Math.floor((kernel - 1) / 2);
        const expected = values.map((_, i) => {
          const [y, x, channel] = [
            Math.floor(i / channels / width),
            Math.floor(i / channels) % width,
            i % channels,
          ];
          let largest = Number.NEGATIVE_INFINITY;
          for (let row = y - before; row < y - before + kernel; row++) {
            for (let column = x - before; column < x - before + kernel; column++) {
              if (row < 0 || row >= height || column < 0 || column >= width) continue;
              largest = Math.max(largest, values[(row * width + column) * channels + channel]);
            }
          }
          return largest;
        });
        const map = tensor(shapeOf(height, width, channels), values);
        expect(slidingMaximum(map, kernel).data).toEqual(expected);
      },
    ),
  );
});
