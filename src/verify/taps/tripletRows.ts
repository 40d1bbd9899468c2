import type { Triplet } from "../../decode/triplets/centralRegion.ts";
import type { Peak } from "../../decode/triplets/heatmapPeaks.ts";
import { pairCorners } from "../../decode/triplets/pairCorners.ts";
import {
  confirmingCenters,
  confirmPairs,
  type DetectedTriplet,
  type TripletSettings,
  type ViewPeaks,
  viewCenters,
  viewPairs,
} from "../../decode/triplets/triplets.ts";
import type { PlacedPair, ViewTransform } from "../../decode/triplets/viewTransform.ts";
import type { TripletView } from "../../models/triplets/tripletModel.ts";
import type { Tensor } from "../../tensor.ts";
import type { GoldenTap } from "../goldenCase.ts";
import type { RowColumns } from "../rows/compareSets.ts";

/** One view of the image and its results. */
export interface TripletStep extends TripletView {
  /** The network's input. */
  readonly image: Tensor;
  /** Values of the graph that the case has taps for, by name. */
  readonly values: ReadonlyMap<string, Tensor>;
  readonly peaks: ViewPeaks;
}

export interface TripletSteps {
  /** For each scale, the plain image and its mirror image. */
  readonly views: readonly TripletStep[];
  /** Settings that reproduce the reference's errors. */
  readonly settings: TripletSettings;
}

export type Row = readonly number[];

/** A tap of rows: which of its rows count, and this project's rows. */
export interface RowTap extends RowColumns {
  readonly unit: "cell" | "pixel";
  /** Columns with the scores of the peaks that a row was made from. */
  readonly peaks: readonly number[];
  readonly expected?: (rows: readonly Row[]) => readonly Row[];
  /** `views` are the views at the tap's scale. */
  readonly rows: (views: readonly TripletStep[], steps: TripletSteps) => Row[];
}

/** The score that the reference gives rejected pairs. */
const isPair = (row: Row) => row[4] > -1;
const pairs = (rows: readonly Row[]) => rows.filter(isPair);

/** In a list shared by two images, each row ends with the image's number. */
export const ROW_TAPS: Readonly<Record<string, RowTap>> = {
  "decode.detections": {
    ...{ unit: "cell", same: [7, 8], scores: [4, 5, 6], peaks: [5, 6], expected: pairs },
    rows: (views, { settings }) =>
      views.flatMap(({ peaks }, image) =>
        pairCorners(peaks.topLeft, peaks.bottomRight, settings).map(({ topLeft, bottomRight, score }) => {
          const corners = [topLeft.x, topLeft.y, bottomRight.x, bottomRight.y];
          return [...corners, score, topLeft.score, bottomRight.score, topLeft.class, image];
        }),
      ),
  },
  "decode.center": {
    ...{ unit: "cell", same: [2, 4], scores: [3], peaks: [3] },
    rows: (views) =>
      views.flatMap(({ peaks }, image) => peaks.center.map((center) => [...centerRow(center), image])),
  },
  // In pixels of the scaled image, except for the centers, which are in pixels of the original image.
  "rescaled.detections": {
    ...{ unit: "pixel", same: [7], scores: [4, 5, 6], peaks: [5, 6], expected: pairs },
    rows: (views, { settings }) =>
      views.flatMap(({ peaks, transform }) =>
        viewPairs(peaks, settings).map((pair) => pairRow(pair, transform.scale)),
      ),
  },
  "rescaled.center": {
    ...{ unit: "pixel", same: [2], scores: [3], peaks: [3] },
    rows: (views, { settings }) =>
      views.flatMap(({ peaks }) => viewCenters(peaks, settings).map((center) => centerRow(center))),
  },
  before_nms: {
    ...{ unit: "pixel", same: [7], scores: [4, 5, 6], peaks: [5, 6] },
    rows: (_, { views, settings }) => {
      const peaks = views.map((view) => view.peaks);
      const proposals = peaks.flatMap((view) => viewPairs(view, settings));
      return confirmPairs(proposals, confirmingCenters(peaks, settings)).map((triplet) =>
        pairRow(triplet, 1),
      );
    },
  },
};

/** Rows of [images, rows, columns]; with two images, each row ends with the image's number. */
export function rowsOf({ shape, values }: GoldenTap): Row[] {
  const width = shape.at(-1) ?? 1;
  const perImage = shape.length > 2 ? shape[1] : Number.POSITIVE_INFINITY;
  const several = shape.length > 2 && shape[0] > 1;
  return Array.from({ length: values.length / width }, (_, i) => {
    const row = [...values.subarray(i * width, (i + 1) * width)];
    return several ? [...row, Math.floor(i / perImage)] : row;
  });
}

function pairRow({ box, score, topLeft, bottomRight }: PlacedPair | Triplet, scale: number): Row {
  const sides = [box.x1, box.y1, box.x2, box.y2].map((side) => side * scale);
  return [...sides, score, topLeft.score, bottomRight.score, topLeft.class];
}

/** Converts a row of `before_nms` to soft-NMS's input, which has neither center nor view. */
export function tripletOfRow(row: Row, transform: ViewTransform): Triplet {
  const [x1, y1, x2, y2, score, topLeft, bottomRight, index] = row;
  const peak = (peakScore: number): Peak => ({ x: 0, y: 0, class: index, score: peakScore });
  const corners = { topLeft: peak(topLeft), bottomRight: peak(bottomRight) };
  return { ...corners, box: { x1, y1, x2, y2 }, center: peak(0), class: index, score, transform };
}

function centerRow({ x, y, score, class: index }: Peak): Row {
  return [x, y, index, score];
}

export function boxRows(triplets: readonly DetectedTriplet[]): Row[] {
  return triplets.map(({ x1, y1, x2, y2, score, triplet }) => [x1, y1, x2, y2, score, triplet.class]);
}
