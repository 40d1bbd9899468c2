import { describe, expect, test } from "vitest";
import { differenceCsv, differenceScale, layerMaps, shareOfScale } from "../../src/index.ts";

const map = (...data: number[]) => ({ shape: [1, 1, 2, 2], data: Float32Array.from(data) });

describe("maps of a layer in two runs", () => {
  test("hold the channel of both, its difference, and the largest difference over all channels", () => {
    const { both, difference, largest } = layerMaps(map(1, 2, 3, 4), map(1.5, 2, 3, 7), 0);
    expect(both).toEqual({ shape: [1, 1, 2, 2], data: Float32Array.of(1, 1.5, 3, 3) });
    expect(difference).toEqual({ shape: [1, 1, 2, 1], data: Float32Array.of(-0.5, 0) });
    expect(largest).toEqual({ shape: [1, 1, 2, 1], data: Float32Array.of(0.5, 3) });
  });

  test("show equal infinities and NaN as no difference", () => {
    const same = map(Number.NaN, Number.POSITIVE_INFINITY, 0, 0);
    expect([...layerMaps(same, same, 0).largest.data]).toEqual([0, 0]);
  });

  test("are refused for other shapes and channels", () => {
    const flat = { shape: [4], data: new Float32Array(4) };
    expect(() => layerMaps(flat, flat, 0)).toThrow("layerMaps: expected two maps");
    expect(() => layerMaps(map(1, 2, 3, 4), map(1, 2, 3, 4), 2)).toThrow("a channel from 0 to 1, got 2");
  });
});

test("differences as CSV have a row for each layer and leave unknown cells empty", () => {
  const worst = { position: [0, 1, 2, 3], a: 1, b: 2 };
  const csv = differenceCsv([
    { name: "stem", shape: [1, 2, 3, 4], max: 0.5, rms: 0.1, tolerance: 0.02, beyond: true, worst },
    { name: "out", shape: [1], max: 0, rms: 0, unit: "absolute", beyond: false },
  ]);
  expect(csv.split("\n")).toEqual([
    "layer,shape,unit,max,rms,tolerance,beyond,position,a,b",
    'stem,"[1, 2, 3, 4]",σ,0.5,0.1,0.02,yes,"[0, 1, 2, 3]",1,2',
    "out,[1],absolute,0,0,,no,,,",
    "",
  ]);
});

test("the scale of differences has whole decades, with zero at its bottom and no number at its top", () => {
  const scale = differenceScale([{ name: "stem", max: 0.05, rms: 0.0005, tolerance: 0.02 }]);
  expect(scale).toEqual({ bottom: -4, top: -1 });
  expect([0, 1e-4, 1e-2, 5, Number.NaN].map((value) => shareOfScale(value, scale))).toEqual([
    0,
    0,
    expect.closeTo(2 / 3),
    1,
    1,
  ]);
});
