import type { Triplet } from "../../decode/triplet/centralRegion.ts";
import type { Peak } from "../../decode/triplet/heatmapPeaks.ts";
import { pairCorners } from "../../decode/triplet/pairCorners.ts";
import type { PlacedPair } from "../../decode/triplet/placement.ts";
import {
  allCenters,
  confirmPairs,
  type DetectedTriplet,
  decodeTriplets,
  type TripletSettings,
  type ViewPeaks,
  viewCenters,
  viewPairs,
} from "../../decode/triplet/triplets.ts";
import type { TripletSight } from "../../models/tripletModel.ts";
import type { Tensor } from "../../tensor.ts";
import { compareSets, type RowColumns } from "../compareSets.ts";
import { type GoldenCase, type GoldenTap, inTapLayout } from "../goldenCase.ts";
import type { DecodedTap, Outcome, TapSource } from "../verifyCase.ts";

/** One view of the picture, and what came of it. */
export interface TripletStep {
  readonly sight: TripletSight;
  /** The network's input. */
  readonly image: Tensor;
  /** Those of the graph's values that the case has taps for, by their names. */
  readonly values: ReadonlyMap<string, Tensor>;
  readonly peaks: ViewPeaks;
}

export interface TripletSteps {
  /** Scale by scale, the plain picture and its mirror image. */
  readonly views: readonly TripletStep[];
  /** With the reference's faults. */
  readonly settings: TripletSettings;
}

type Row = readonly number[];

/** A tap of rows: which of its rows count, and the same rows of this project. */
interface RowTap extends RowColumns {
  readonly unit: "cell" | "pixel";
  /** The scores of the peaks that a row was made of. */
  readonly peaks: readonly number[];
  readonly expected?: (rows: readonly Row[], golden: GoldenCase) => readonly Row[];
  /** `views` are those of the tap's scale. */
  readonly rows: (views: readonly TripletStep[], steps: TripletSteps) => Row[];
}

/** In the reference's lists, pairs that were rejected have it. */
const isPair = (row: Row) => row[4] > -1;
const pairs = (rows: readonly Row[]) => rows.filter(isPair);

/** A list that two images share has the image's number behind each row. */
const ROW_TAPS: Readonly<Record<string, RowTap>> = {
  "topk.tl": topK("topLeft"),
  "topk.br": topK("bottomRight"),
  "topk.ct": topK("center"),
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
  // In pixels of the scaled picture; its centers already are in those of the picture.
  "rescaled.detections": {
    ...{ unit: "pixel", same: [7], scores: [4, 5, 6], peaks: [5, 6], expected: pairs },
    rows: (views, { settings }) =>
      views.flatMap(({ peaks, sight }) =>
        viewPairs(peaks, settings).map((pair) => pairRow(pair, sight.placement.scale)),
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
      return confirmPairs(proposals, allCenters(peaks, settings)).map((triplet) => pairRow(triplet, 1));
    },
  },
  after_nms: {
    ...{ unit: "pixel", same: [5], scores: [4], peaks: [], expected: keptRows },
    rows: (_, { views, settings }) => {
      const softNms = { ...settings.softNms, asReference: false };
      const all = { ...settings, softNms, maxBoxes: Number.POSITIVE_INFINITY };
      return boxRows(
        decodeTriplets(
          views.map(({ peaks }) => peaks),
          all,
        ),
      );
    },
  },
  final: {
    ...{ unit: "pixel", same: [5], scores: [4], peaks: [] },
    rows: (_, { views, settings }) =>
      boxRows(
        decodeTriplets(
          views.map(({ peaks }) => peaks),
          settings,
        ),
      ),
  },
};

/** Only scores: the places stand in `decode.*`. */
function topK(keypoint: "topLeft" | "bottomRight" | "center"): RowTap {
  return {
    ...{ unit: "cell", same: [1], scores: [0], peaks: [0] },
    expected: (rows) => rows.map((row) => [row[0], row[4]]),
    rows: (views) => views.flatMap(({ peaks }, image) => peaks[keypoint].map(({ score }) => [score, image])),
  };
}

/**
 * The golden cases of the keypoint triplets beyond the network's own layers: the canvases, the heads of the
 * mirrored pair, and the decode. Rows are compared as sets, since neighbours in a list of the best change places
 * by the noise of float32. Of `after_nms` those rows count that soft-NMS keeps, and this project does as it
 * does by default; `final` is compared with the decode that repeats the reference's faults. `layer` is the table
 * of the network's values.
 */
export function tripletStepSource(
  tap: GoldenTap,
  layer: (name: string) => string | undefined,
): TapSource<TripletSteps> | undefined {
  const { scale, name } = scaleAndName(tap.name);
  const at = ({ views }: TripletSteps) =>
    views.filter(({ sight }) => scale === undefined || sight.placement.scale === scale);
  if (name === "input")
    return {
      decoded: (steps) =>
        exact(
          batch(
            at(steps).map(({ image }) => image),
            tap,
          ),
        ),
    };
  if (name === "geometry") return { decoded: (steps) => exact(geometry(at(steps)[0])) };
  const value = layer(name);
  if (value !== undefined) return { decoded: (steps) => maps(at(steps), value, tap) };
  const rowTap = ROW_TAPS[name];
  if (!rowTap) return undefined;
  return { outcome: (steps, _, golden) => compareRowTap(rowTap, at(steps), steps, tap, golden) };
}

/** `scale1.2.decode.center` → 1.2 and `decode.center`; the cases of one scale do not name it. */
export function scaleAndName(tap: string): { scale?: number; name: string } {
  const [, scale, name = tap] = /^(?:scale(\d+(?:\.\d+)?)\.)?(.*)$/.exec(tap) ?? [];
  return { ...(scale !== undefined && { scale: Number(scale) }), name };
}

function compareRowTap(
  rowTap: RowTap,
  views: readonly TripletStep[],
  steps: TripletSteps,
  tap: GoldenTap,
  golden: GoldenCase,
): Outcome {
  const { by, match = "" } = golden.tolerance;
  const [box, score] = [by.get("box")?.box ?? by.get("box")?.absolute, by.get("score")?.absolute];
  if (box === undefined || score === undefined) return { problem: "the case states no tolerance for rows" };
  const unit = rowTap.unit === "cell" ? (views[0]?.sight.placement.cellsPerPixelX ?? 1) : 1;
  const last = steps.views.flatMap(({ peaks }) => lastScores(peaks));
  // A peak at the end of its list may be in it or not, and with it all pairs of it.
  const excused = (row: Row) => {
    return rowTap.peaks.some((column) => last.some((least) => Math.abs(row[column] - least) <= score));
  };
  const stored = rowsOf(tap);
  const expected = rowTap.expected?.(stored, golden) ?? stored;
  const isOutput = tap.role === "output";
  const mayMiss = isOutput ? Number(/(\d+) of \d+ may be unmatched/.exec(match)?.[1] ?? 0) : 0;
  const tolerance = { box: box * unit, score, excused, mayMiss };
  const outcome = compareSets(expected, rowTap.rows(views, steps), rowTap, tolerance);
  return "problem" in outcome
    ? outcome
    : { compared: { ...outcome.compared, tolerance: { absolute: tolerance.box, score } } };
}

function lastScores({ topLeft, bottomRight, center }: ViewPeaks): number[] {
  return [topLeft, bottomRight, center].flatMap((list) => list.at(-1)?.score ?? []);
}

/** Of [images, rows, columns] with the image's number behind each row, where there are two images. */
function rowsOf({ shape, values }: GoldenTap): Row[] {
  const width = shape.at(-1) ?? 1;
  const perImage = shape.length > 2 ? shape[1] : Number.POSITIVE_INFINITY;
  const several = shape.length > 2 && shape[0] > 1;
  return Array.from({ length: values.length / width }, (_, i) => {
    const row = [...values.subarray(i * width, (i + 1) * width)];
    return several ? [...row, Math.floor(i / perImage)] : row;
  });
}

function keptRows(rows: readonly Row[], golden: GoldenCase): Row[] {
  const counts = golden.fields.get("rows_and_kept_by_class");
  if (!(counts instanceof Map)) return [...rows];
  return [...counts].flatMap(([index, count]) => {
    const kept = Array.isArray(count) ? Number(count[1]) : 0;
    return rows.filter((row) => row[5] === Number(index)).slice(0, kept);
  });
}

function pairRow({ box, score, topLeft, bottomRight }: PlacedPair | Triplet, scale: number): Row {
  const sides = [box.x1, box.y1, box.x2, box.y2].map((side) => side * scale);
  return [...sides, score, topLeft.score, bottomRight.score, topLeft.class];
}

function centerRow({ x, y, score, class: index }: Peak): Row {
  return [x, y, index, score];
}

function boxRows(triplets: readonly DetectedTriplet[]): Row[] {
  return triplets.map(({ x1, y1, x2, y2, score, triplet }) => [x1, y1, x2, y2, score, triplet.class]);
}

/** The maps of the tap's images, one behind the other, in its layout; as many as it has. */
function maps(views: readonly TripletStep[], value: string, tap: GoldenTap): DecodedTap | undefined {
  const found = views.slice(0, tap.shape[0]).map(({ values }) => values.get(value));
  const all = found.filter((map) => map !== undefined);
  return all.length === tap.shape[0] ? { values: batch(all, tap), unitsPerOutput: 1 } : undefined;
}

function batch(images: readonly Tensor[], { shape, layout }: GoldenTap): Float32Array {
  const [count] = shape;
  const parts = images.slice(0, count).map((image) => inTapLayout(image, layout));
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}

/** As the reference lists it; its borders are those of the crop. */
function geometry({ sight: { placement, canvas } }: TripletStep): Float32Array {
  const { cellsPerPixelX, cellsPerPixelY, left, top, width, height } = placement;
  const right = Math.min(left + width, canvas.width - 1);
  const bottom = Math.min(top + height, canvas.height - 1);
  return Float32Array.of(cellsPerPixelY, cellsPerPixelX, top, bottom, left, right, height, width);
}

function exact(values: Float32Array): DecodedTap {
  return { values, unitsPerOutput: 1, quantity: "exact" };
}
