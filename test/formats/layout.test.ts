import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { findLayout, inputShapeOf, parseLayout, toChannelsLast } from "../../src/formats/layout.ts";
import { shapeOf } from "../../src/tensor.ts";

describe("the layout of a map", () => {
  const map = shapeOf(4, 6, 3);

  test("is the only one that fits, with or without the batch", () => {
    expect(findLayout({ shape: [1, 4, 6, 3] }, map, "t")).toBe("NHWC");
    expect(findLayout({ shape: [4, 6, 3] }, map, "t")).toBe("NHWC");
    expect(findLayout({ shape: [1, 3, 4, 6] }, map, "t")).toBe("NCHW");
    expect(findLayout({ shape: [3, 4, 6] }, map, "t")).toBe("NCHW");
  });

  test("that fits both is an error and no guess, unless it is stated or there is one number", () => {
    const cube = shapeOf(5, 5, 5);
    expect(() => findLayout({ shape: [1, 5, 5, 5] }, cube, "t")).toThrow(
      "t: expected a stated layout: both orders of its axes fit, got [1, 5, 5, 5]. Give the option layout, or state it in the metadata of the file.",
    );
    expect(findLayout({ shape: [1, 5, 5, 5], layout: "NCHW" }, cube, "t")).toBe("NCHW");
    expect(findLayout({ shape: [1, 1, 1, 1] }, shapeOf(1, 1, 1), "t")).toBe("NHWC");
  });

  test("is refused with what would fit", () => {
    expect(() => findLayout({ shape: [1, 4, 6, 4] }, map, "t")).toThrow(
      "t: expected [1, 4, 6, 3] (NHWC) or [1, 3, 4, 6] (NCHW), got [1, 4, 6, 4].",
    );
    expect(() => findLayout({ shape: [1, 4, 6, 3], layout: "NCHW" }, map, "t")).toThrow(
      "t: expected [1, 3, 4, 6] (NCHW), got [1, 4, 6, 3]. It fits NHWC, but NCHW was stated.",
    );
    for (const shape of [[2, 4, 6, 3], [1, 1, 4, 6, 3], [72], []]) {
      expect(() => findLayout({ shape }, map, "t")).toThrow("t: expected [1, 4, 6, 3]");
    }
  });
});

test("channels come last, whatever the layout was", () => {
  const shape = shapeOf(2, 3, 2);
  const last = Float32Array.of(0, 10, 1, 11, 2, 12, 3, 13, 4, 14, 5, 15);
  const first = Float32Array.of(0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15);
  expect(toChannelsLast(first, shape, "NCHW")).toEqual({ shape, data: last });
  expect(toChannelsLast(last, shape, "NHWC")).toEqual({ shape, data: last });
});

test("an input is an image of three channels in either layout", () => {
  expect(inputShapeOf({ shape: [1, 4, 6, 3] }, "t")).toEqual([1, 4, 6, 3]);
  expect(inputShapeOf({ shape: [3, 4, 6] }, "t")).toEqual([1, 4, 6, 3]);
  expect(inputShapeOf({ shape: [1, 3, 6, 3], layout: "NCHW" }, "t")).toEqual([1, 6, 3, 3]);
  expect(() => inputShapeOf({ shape: [1, 3, 6, 3] }, "t")).toThrow(
    "a stated layout: both orders of its axes fit",
  );
  for (const shape of [[1, 4, 6, 1], [2, 4, 6, 3], [4, 3], []]) {
    expect(() => inputShapeOf({ shape }, "t")).toThrow("t: expected an image of three channels");
  }
});

test("layouts are named in upper or lower case", () => {
  expect(parseLayout("nchw", "option --layout", UsageError)).toBe("NCHW");
  expect(() => parseLayout("chw", "option --layout", UsageError)).toThrow(
    'option --layout: expected NHWC or NCHW, the order of the axes, got "chw".',
  );
});
