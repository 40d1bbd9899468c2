import { expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { colorMap } from "../../src/visualization/colorMap.ts";
import { thumbnail } from "../../src/visualization/thumbnail.ts";

const lowest = [...colorMap("sequential").slice(0, 3)];
const highest = [...colorMap("sequential").slice(-3)];

test("a pixel is the mean of the absolute values that it covers", () => {
  // Channels of opposite signs do not cancel; the right half answers.
  const map = {
    shape: [1, 2, 4, 2],
    data: Float32Array.of(0, 0, 0, 0, 3, -3, 3, -3, 0, 0, 0, 0, -3, 3, -3, 3),
  } as const;
  const { width, height, data } = thumbnail(map, 2);
  expect([width, height]).toEqual([2, 1]);
  expect([...data]).toEqual([...lowest, ...highest]);
});

test("maps smaller than the side keep their cells, and every cell of others is covered once", () => {
  expect(thumbnail({ shape: [1, 1, 1, 1], data: Float32Array.of(1) })).toMatchObject({ width: 1, height: 1 });
  // The last of 33 cells alone is bright: it is in the last pixel.
  const data = new Float32Array(33);
  data[32] = 1;
  const line = thumbnail({ shape: [1, 1, 33, 1], data }, 32);
  expect(line.width).toBe(32);
  expect([...line.data.slice(-3)]).toEqual(highest);
});

test("what is no map is refused", () => {
  expect(() => thumbnail({ shape: [2, 2], data: new Float32Array(4) } as never)).toThrow(UsageError);
});
