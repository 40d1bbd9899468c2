import { expect, test } from "vitest";
import type { Peak } from "../../src/decode/triplets/heatmapPeaks.ts";
import { decodeTriplets, TRIPLET_SETTINGS, type ViewPeaks } from "../../src/decode/triplets/triplets.ts";
import type { ViewTransform } from "../../src/decode/triplets/viewTransform.ts";
import { explainTriplets } from "../../src/models/triplets/tripletExplanation.ts";

const transform: ViewTransform = {
  ...{ mapWidth: 100, cellsPerPixelX: 0.25, cellsPerPixelY: 0.25, scale: 1, mirrored: false },
  ...{ left: 0, top: 0, width: 400, height: 400 },
};

/** Objects of 10 x 10 cells, each with its own embedding; the second lies on the first. */
const OBJECTS = [
  { left: 0, score: 0.9 },
  { left: 0.5, score: 0.85 },
  { left: 20, score: 0.8 },
  { left: 40, score: 0.7 },
  { left: 60, score: 0.6 },
];

function view(): ViewPeaks {
  const peaks = (shift: number) =>
    OBJECTS.map(({ left, score }, i): Peak => {
      return { x: left + shift, y: shift, score, class: 0, embedding: 2 * i };
    });
  return { topLeft: peaks(0), bottomRight: peaks(10), center: peaks(5), transform };
}

test("counts apart what the best pairs, soft-NMS and the best boxes leave out", () => {
  const softNms = { ...TRIPLET_SETTINGS.softNms, method: "hard" } as const;
  const counts = (reproduceReference: boolean) => {
    const settings = {
      ...TRIPLET_SETTINGS,
      ...{ maxPairs: 4, maxBoxes: 2, softNms: { ...softNms, reproduceReference } },
    };
    const steps = decodeTriplets([view()], settings);
    return { boxes: steps.boxes.length, ...explainTriplets([view()], settings, steps, ["kite"]) };
  };
  const expected = { boxes: 2, beyondBestPairs: 1, suppressed: 1, beyondBestBoxes: 1 };
  expect(counts(false)).toMatchObject({ ...expected, pairs: { accepted: 5, embedding: 20 } });
  expect(counts(true)).toMatchObject({ boxes: 2, beyondBestPairs: 1, suppressed: 0, beyondBestBoxes: 2 });
});
