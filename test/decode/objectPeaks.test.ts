import { expect, test } from "vitest";
import { detectedObjects } from "../../src/decode/detectedObjects.ts";
import { decodeObjectPeaks, objectPeakRequest } from "../../src/decode/objectPeaks.ts";
import { decodeObjects } from "../../src/decode/objects.ts";
import { peakValues } from "../../src/decode/peakValues.ts";
import { shapeOf, tensor } from "../../src/tensor.ts";
import { readCommittedCase } from "../verify/goldenFiles.ts";
import { objectVariants } from "./objectCases.ts";

const VARIANTS = objectVariants(await readCommittedCase("tf/decode_boxes"));

test.each(VARIANTS.map((variant) => [variant.name, variant] as const))(
  "%s: the peaks alone give what the whole maps give",
  (_, { maps: { centerHeatmap, boxSize, boxOffset }, settings, trueShape }) => {
    if (!boxSize || !boxOffset) throw new Error("no boxes");
    const request = objectPeakRequest(settings, trueShape);
    if (!request) throw new Error("no request");
    const peaks = peakValues({ centerHeatmap, boxSize, boxOffset }, request);
    const decoded = decodeObjects({ centerHeatmap, boxSize, boxOffset }, settings, trueShape);
    const found = detectedObjects(decodeObjectPeaks(peaks, settings, trueShape), []);
    expect(found).toEqual(detectedObjects(decoded, []));
    expect(peaks.indices).toHaveLength(decoded.peakCount);
  },
);

test("cells that are no peak fill no row, however many are wanted", () => {
  const heat = tensor(shapeOf(2, 2, 1), Float32Array.of(0.1, 0.9, 0.2, 0.3));
  const request = { heatmap: "heat", count: 4, window: 3, at: ["heat"] };
  const { scores, indices, at } = peakValues({ heat }, request);
  expect([...indices]).toEqual([1]);
  expect(scores).toEqual(Float32Array.of(0.9));
  expect(at.heat).toEqual(scores);
});

test("maps of different sizes are refused", () => {
  const heat = tensor(shapeOf(2, 2, 1));
  const size = tensor(shapeOf(2, 3, 2));
  const request = { heatmap: "heat", count: 4, window: 3, at: ["size"] };
  expect(() => peakValues({ heat, size }, request)).toThrow("map size: expected shape [1, 2, 2, 2]");
});
