import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { confirmPair, type Triplet } from "../../../src/decode/triplets/centralRegion.ts";
import { explainPairs } from "../../../src/decode/triplets/explainPairs.ts";
import type { Peak } from "../../../src/decode/triplets/heatmapPeaks.ts";
import type { SoftNmsSettings } from "../../../src/decode/triplets/softNms.ts";
import {
  bestTriplets,
  confirmingCenters,
  confirmPairs,
  type DetectedTriplet,
  decodeTriplets,
  MULTI_SCALE_SOFT_NMS,
  suppressTriplets,
  TRIPLET_SETTINGS,
  type TripletSettings,
  viewPairs,
  viewPeaks,
} from "../../../src/decode/triplets/triplets.ts";
import type { PlacedPair, ViewTransform } from "../../../src/decode/triplets/viewTransform.ts";
import type { PairOutcome } from "../../../src/explain/explanation.ts";
import { ALL_GOLDENS } from "../../support/goldens.ts";
import { mayBeLeftOut } from "../../support/required.ts";
import { type TripletGolden, tripletGolden, tripletMaps } from "./tripletGoldens.ts";

const at = (path: string) => tripletGolden(join(ALL_GOLDENS ?? "", "triplet", path));
const close = (got: readonly number[], expected: readonly number[], label: string) => {
  for (const [i, value] of got.entries()) {
    const tolerance = 2e-6 * (1 + Math.abs(expected[i]));
    expect(Math.abs(value - expected[i]), `${label}, column ${i}`).toBeLessThanOrEqual(tolerance);
  }
};

/** By class, then best first: rows that share a score have no order. */
function sorted(rows: readonly number[][], columns: { class: number; score: number }): number[][] {
  const key = (row: number[]) => [row[columns.class], -row[columns.score], row[0], row[1], row[2], row[3]];
  return rows.toSorted((a, b) =>
    key(a).reduce((order, value, i) => order || Math.sign(value - key(b)[i]), 0),
  );
}

const finalRow = ({ x1, y1, x2, y2, score, triplet }: DetectedTriplet) => [
  x1,
  y1,
  x2,
  y2,
  score,
  triplet.class,
];
const beforeRow = ({ box, score, topLeft, bottomRight, class: index }: Triplet) => {
  return [box.x1, box.y1, box.x2, box.y2, score, topLeft.score, bottomRight.score, index];
};

function expectRows(got: number[][], expected: number[][], columns: { class: number; score: number }): void {
  expect(got.length).toBe(expected.length);
  const wanted = sorted(expected, columns);
  for (const [i, row] of sorted(got, columns).entries()) close(row, wanted[i], `row ${i}`);
}

function placementOf(
  [ratioY, ratioX, top, , left, , height, width]: number[],
  mapWidth: number,
  mirrored: boolean,
): ViewTransform {
  return {
    mapWidth,
    cellsPerPixelX: ratioX,
    cellsPerPixelY: ratioY,
    left,
    top,
    width,
    height,
    scale: 1,
    mirrored,
  };
}

function viewsOf(golden: TripletGolden, geometry: string, nameOf: (map: string) => string) {
  const [, , , mapWidth] = golden.shape(nameOf("tl_heat"));
  const numbers = [...golden.values(geometry)];
  return [false, true].map((mirrored, image) => ({
    maps: tripletMaps(golden, image, nameOf),
    transform: placementOf(numbers, mapWidth, mirrored),
  }));
}

describe.skipIf(!ALL_GOLDENS && mayBeLeftOut)(
  "objects: designed corners and centers, logits in, boxes out",
  async () => {
    const golden = await at("decode/objects");
    const views = viewsOf(golden, "exp/geometry", (name) => name);
    const peaksOf = (settings: TripletSettings) => views.map((view) => viewPeaks(view, settings));
    const suppression: Record<string, Partial<TripletSettings>> = {
      exp: {},
      linear: { softNms: { ...TRIPLET_SETTINGS.softNms, method: "linear" } },
      hard: { softNms: { ...TRIPLET_SETTINGS.softNms, method: "hard" } },
      merge: { softNms: MULTI_SCALE_SOFT_NMS },
      max5: { maxBoxes: 5 },
      k35ae1: { peaks: 35, embeddingDistance: 1 },
    };
    test.each(Object.keys(suppression))("%s as the reference", (name) => {
      const chosen = { ...TRIPLET_SETTINGS, ...suppression[name] };
      const settings = { ...chosen, softNms: { ...chosen.softNms, reproduceReference: true } };
      const peaks = peaksOf(settings);
      const pairs = peaks.flatMap((view) => viewPairs(view, settings));
      const centers = confirmingCenters(peaks, settings);
      const triplets = confirmPairs(pairs, centers);
      expectRows(triplets.map(beforeRow), golden.rows(`${name}/before_nms`), { class: 7, score: 4 });
      const final = decodeTriplets(peaks, settings).boxes;
      expectRows(final.map(finalRow), golden.rows(`${name}/final`), { class: 5, score: 4 });
    });

    test("every designed object ends as it was designed", () => {
      const { objects } = golden.facts as { objects: DesignedObject[] };
      const peaks = peaksOf(TRIPLET_SETTINGS);
      const centers = confirmingCenters(peaks, TRIPLET_SETTINGS);
      const explained = explainPairs(peaks[0], centers, TRIPLET_SETTINGS);
      for (const { box, why } of objects) {
        const found = explained.find(({ topLeft, bottomRight }) => {
          const cells = [topLeft.x, topLeft.y, bottomRight.x, bottomRight.y];
          return cells.every((cell, i) => Math.abs(cell - box[i]) < 1e-3);
        });
        expect(found?.outcome, why).toBe(outcomeOf(why));
      }
    });

    test.each(["exp", "linear", "hard"])("%s as the paper means it: the rows that count", (name) => {
      const settings = { ...TRIPLET_SETTINGS, ...suppression[name] };
      const final = decodeTriplets(peaksOf(settings), settings).boxes;
      expectRows(final.map(finalRow), keptRows(golden, name), { class: 5, score: 4 });
    });
  },
);

interface DesignedObject {
  /** In cells. */
  box: number[];
  why: string;
}

function outcomeOf(why: string): PairOutcome {
  if (why.includes("corner classes differ")) return "class";
  if (/tags .* rejected/.test(why)) return "embedding";
  if (why.includes("before top-left")) return "geometry";
  if (why.includes("beyond -5")) return "outside";
  return why.includes("lost") ? "noCenter" : "accepted";
}

/** Of each class the rows that soft-NMS kept. */
function keptRows(golden: TripletGolden, configuration: string): number[][] {
  const { configurations } = golden.facts as {
    configurations: Record<string, { rows_and_kept_by_class: Record<string, [number, number]> }>;
  };
  const counts = configurations[configuration].rows_and_kept_by_class;
  const rows = golden.rows(`${configuration}/after_nms`);
  return Object.entries(counts).flatMap(([index, [, kept]]) => {
    return rows.filter((row) => row[5] === Number(index)).slice(0, kept);
  });
}

const whole = [
  "centernet-tiny/photo",
  "centernet-52/photo",
  "centernet-52/photo-small",
  "centernet-104/photo",
  "centernet-52/multi-scale",
];

describe.skipIf(!ALL_GOLDENS && mayBeLeftOut).each(whole)(
  "%s: from the recorded pairs to the boxes",
  (path) => {
    test("before, after and final", async () => {
      const golden = await at(path);
      const multiScale = path.endsWith("multi-scale");
      const softNms: SoftNmsSettings = {
        ...(multiScale ? MULTI_SCALE_SOFT_NMS : TRIPLET_SETTINGS.softNms),
        reproduceReference: true,
      };
      if (!multiScale) {
        const triplets = rescaledTriplets(golden);
        expectRows(triplets.map(beforeRow), golden.rows("before_nms"), { class: 7, score: 4 });
      }
      const triplets = golden.rows("before_nms").map(tripletOfRow);
      const settings = { ...TRIPLET_SETTINGS, softNms };
      const final = bestTriplets(suppressTriplets(triplets, settings), settings);
      expectRows(final.map(finalRow), golden.rows("final"), { class: 5, score: 4 });
    });
  },
);

function rescaledTriplets(golden: TripletGolden): Triplet[] {
  const centers: Peak[] = golden
    .rows("rescaled.center")
    .map(([x, y, index, score]) => ({ x, y, class: index, score }));
  const pairs = golden.rows("rescaled.detections").filter((row) => row[4] > -1);
  return pairs.flatMap((row) => confirmPair(pairOfRow(row), centers) ?? []);
}

function pairOfRow([x1, y1, x2, y2, score, topLeft, bottomRight, index]: number[]): PlacedPair {
  return {
    box: { x1, y1, x2, y2 },
    topLeft: { x: x1, y: y1, class: index, score: topLeft },
    bottomRight: { x: x2, y: y2, class: index, score: bottomRight },
    score,
    transform: placementOf([], 0, false),
  };
}

function tripletOfRow(row: number[]): Triplet {
  return { ...pairOfRow(row), center: { x: 0, y: 0, class: row[7], score: 0 }, class: row[7] };
}
