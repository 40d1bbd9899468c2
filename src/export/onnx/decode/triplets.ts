import { CENTRAL_REGION } from "../../../decode/triplets/centralRegion.ts";
import type { TripletSettings } from "../../../decode/triplets/triplets.ts";
import { MARGIN } from "../../../decode/triplets/viewTransform.ts";
import type { InputSize } from "../../../models/model.ts";
import type { OnnxDetections } from "./boxes.ts";
import type { Calculation } from "./calculation.ts";
import { bestOf, type OnnxMap, type OnnxMaps, peakMap, readAt } from "./mapReader.ts";

/** Corners or centers, best first, in pixels of the input. A score of 0 is no peak. */
interface OnnxKeypoints {
  readonly count: number;
  readonly scores: string;
  readonly classes: string;
  readonly x: string;
  readonly y: string;
}

interface OnnxCorners extends OnnxKeypoints {
  readonly embeddings: string;
  /** In cells, in which the corners are compared. */
  readonly cellX: string;
  readonly cellY: string;
}

/**
 * The decode of keypoint triplets, `decodeTriplets` of one view, for an image that fills the input; without soft-NMS,
 * which no standard op does. Rows are the confirmed triplets, best first, then rows of score 0.
 */
export function tripletsInOnnx(
  c: Calculation,
  maps: OnnxMaps,
  settings: TripletSettings,
  input: InputSize,
): OnnxDetections {
  const topLeft = corners(c, maps, "topLeft", settings, input);
  const bottomRight = corners(c, maps, "bottomRight", settings, input);
  const centers = keypoints(c, maps.centerHeatmap, maps.centerOffset, "center", settings, input);
  c.step("pairs");
  const count = Math.min(settings.maxPairs, topLeft.count * bottomRight.count);
  const { values: pairScores, indices } = c.topK(pairTable(c, topLeft, bottomRight, settings), count);
  const first = c.divide(indices, c.integer(bottomRight.count));
  const second = c.remainder(indices, c.integer(bottomRight.count));
  const placed = [
    c.gather(topLeft.x, first),
    c.gather(topLeft.y, first),
    c.gather(bottomRight.x, second),
    c.gather(bottomRight.y, second),
  ];
  const isPair = c.all(c.isLess(c.float(0), pairScores), ...insideMargin(c, placed, input));
  const upper = [input.width, input.height, input.width, input.height];
  const box = placed.map((side, i) => c.clip(side, c.float(upper[i])));
  const classes = c.gather(topLeft.classes, first);
  const { isConfirmed, centerScores } = confirm(c, box, classes, centers, settings);
  c.step("detections");
  const sum = c.add(c.multiply(c.float(2), pairScores), centerScores);
  const scores = c.divide(sum, c.float(3));
  const confirmed = c.choose(c.all(isPair, isConfirmed), scores, c.float(0));
  const best = c.topK(confirmed, count);
  const boxes = c.concat(
    box.map((side) => c.widen(side, 1)),
    1,
  );
  return {
    count,
    boxes: c.gather(boxes, best.indices),
    scores: best.values,
    classes: c.gather(classes, best.indices),
  };
}

function corners(
  c: Calculation,
  maps: OnnxMaps,
  name: "topLeft" | "bottomRight",
  settings: TripletSettings,
  input: InputSize,
): OnnxCorners {
  const { cells, ...found } = keypoints(
    c,
    maps[`${name}Heatmap`],
    maps[`${name}Offset`],
    name,
    settings,
    input,
  );
  const embeddings = c.reshape(readAt(c, maps[`${name}Embedding`], cells), [-1]);
  return { ...found, embeddings };
}

/** The best peaks of a heatmap. Offsets are (x, y) in cells. */
function keypoints(
  c: Calculation,
  heatmap: OnnxMap,
  offset: OnnxMap,
  name: string,
  { peaks: most, kernel }: TripletSettings,
  input: InputSize,
) {
  c.step(name);
  const [, height, width] = heatmap.shape;
  const { count, scores, classes, cells, y, x } = bestOf(
    c,
    peakMap(c, heatmap, kernel, 0),
    heatmap.shape,
    most,
  );
  const shifts = readAt(c, offset, cells);
  const cellX = c.add(x, c.at(shifts, 0, 1));
  const cellY = c.add(y, c.at(shifts, 1, 1));
  return {
    count,
    scores,
    classes,
    cells,
    cellX,
    cellY,
    x: c.divide(cellX, c.float(width / input.width)),
    y: c.divide(cellY, c.float(height / input.height)),
  };
}

/** The score of each pair of corners, as one list; -1 if they are no pair: see `pairRejection`. */
function pairTable(
  c: Calculation,
  topLeft: OnnxCorners,
  bottomRight: OnnxCorners,
  { embeddingDistance }: TripletSettings,
): string {
  const row = (value: string) => c.widen(value, 1);
  const column = (value: string) => c.widen(value, 0);
  const distance = c.magnitude(c.subtract(row(topLeft.embeddings), column(bottomRight.embeddings)));
  const fits = c.all(
    c.isEqual(row(topLeft.classes), column(bottomRight.classes)),
    c.isAtMost(distance, c.float(embeddingDistance)),
    c.isAtMost(row(topLeft.cellX), column(bottomRight.cellX)),
    c.isAtMost(row(topLeft.cellY), column(bottomRight.cellY)),
    c.isLess(c.float(0), row(topLeft.scores)),
    c.isLess(c.float(0), column(bottomRight.scores)),
  );
  const mean = c.divide(c.add(row(topLeft.scores), column(bottomRight.scores)), c.float(2));
  return c.reshape(c.choose(fits, mean, c.float(-1)), [-1]);
}

function insideMargin(c: Calculation, [x1, y1, x2, y2]: readonly string[], input: InputSize): string[] {
  const margin = c.float(-MARGIN);
  return [
    c.isLess(margin, x1),
    c.isLess(margin, y1),
    c.isLess(x2, c.float(input.width + MARGIN)),
    c.isLess(y2, c.float(input.height + MARGIN)),
  ];
}

/** Looks for the first center of the class inside each box's central region: see `confirmPair`. */
function confirm(
  c: Calculation,
  box: readonly string[],
  classes: string,
  centers: OnnxKeypoints,
  { centralRegion: { smallArea, smallParts, largeParts } = CENTRAL_REGION }: TripletSettings,
): { isConfirmed: string; centerScores: string } {
  c.step("centralRegion");
  const [x1, y1, x2, y2] = box;
  const area = c.multiply(c.subtract(x2, x1), c.subtract(y2, y1));
  const isSmall = c.isAtMost(area, c.float(smallArea));
  const [n, near, far] = [
    (parts: number) => parts,
    (parts: number) => (parts + 1) / 2,
    (parts: number) => (parts - 1) / 2,
  ].map((share) => c.choose(isSmall, c.float(share(smallParts)), c.float(share(largeParts))));
  const between = (a: string, b: string) => {
    return c.widen(c.divide(c.add(c.multiply(near, a), c.multiply(far, b)), n), 1);
  };
  const inside = c.all(
    c.isEqual(c.widen(classes, 1), centers.classes),
    c.isLess(c.float(0), centers.scores),
    c.isLess(between(x1, x2), centers.x),
    c.isLess(centers.x, between(x2, x1)),
    c.isLess(between(y1, y2), centers.y),
    c.isLess(centers.y, between(y2, y1)),
  );
  const table = c.toFloat(inside); // pairs x centers
  const isConfirmed = c.isLess(c.float(0), c.maximum(table, 1));
  return { isConfirmed, centerScores: c.gather(centers.scores, c.argMax(table, 1)) };
}
