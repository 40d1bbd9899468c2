import type {
  BestCellsQuery,
  CellWeight,
  PeakAnswer,
  PeakQuery,
  TopPeaksQuery,
} from "../../backend/peakQuery.ts";
import { type Shape, shapeOf, type Tensor, tensor } from "../../tensor.ts";
import { gaussianDenominator } from "../keypointScores.ts";
import type { MultiPoseConstants } from "./multiPose.ts";
import type { SinglePoseConstants } from "./singlePose.ts";

/**
 * Lets the decodes of poses run on peaks alone. The peaks that a backend found are written into maps of
 * zeros, and these are decoded like whole maps. The result is the same: no score is negative, every cell that
 * could win is among those found, and so are the other maps' values there.
 */
export interface PosePeaks {
  readonly query: PeakQuery;
  /** The maps by name, for the decode that the query was made for. */
  outputsOf(answer: PeakAnswer): Record<string, Tensor>;
}

/** In cells. */
interface MapSize {
  readonly height: number;
  readonly width: number;
}

/**
 * For `decodeMultiPose`. `window` is the side of the pool that makes `centerMaximum`.
 *
 * @returns undefined if the constants leave peaks or keypoints undefined.
 */
export function multiPosePeaks(
  { maxPersons, peakTolerance, gaussianDenominatorRatio }: MultiPoseConstants,
  window: number,
  { height, width }: MapSize,
): PosePeaks | undefined {
  const denominator = gaussianDenominator(height, width, gaussianDenominatorRatio);
  if (!(peakTolerance > 0 && denominator > 0)) return undefined;
  const centers: TopPeaksQuery = {
    heatmap: "centerHeatmap",
    among: "all channels",
    count: maxPersons,
    window,
    tolerance: peakTolerance,
    gather: ["boxSize", "boxOffset", "keypointRegression"],
  };
  const boxes = { boxSize: "boxSize", boxOffset: "boxOffset" };
  const keypoints = keypointQuery({ kind: "gaussian", points: REGRESSED_POINTS, denominator, ...boxes });
  const query = { centers, keypoints };
  return {
    query,
    outputsOf(answer) {
      const maps = mapsOfAnswer(answer, query);
      // Every cell that is not 0 is a peak.
      return { ...maps, centerMaximum: maps.centerHeatmap };
    },
  };
}

/**
 * For `decodeSinglePose`.
 *
 * @returns undefined if the constants are so small or large that rounding errors cannot be bounded.
 */
export function singlePosePeaks({
  centerWeights,
  distanceOffset,
}: SinglePoseConstants): PosePeaks | undefined {
  const isBounded = (weight: number) => weight >= 2 ** -126 && weight <= 2 ** 20;
  if (!(centerWeights.every(isBounded) && distanceOffset >= 2 ** -20)) return undefined;
  const centers: BestCellsQuery = {
    heatmap: "centerHeatmap",
    weight: { kind: "table", weights: centerWeights },
    gather: ["keypointRegression"],
  };
  const keypoints = keypointQuery({ kind: "nearness", points: REGRESSED_POINTS, distanceOffset });
  const query = { centers, keypoints };
  return { query, outputsOf: (answer) => mapsOfAnswer(answer, query) };
}

const REGRESSED_POINTS = { query: "centers", regression: "keypointRegression" };

function keypointQuery(weight: CellWeight): BestCellsQuery {
  return { heatmap: "keypointHeatmap", weight, gather: [], gatherOwnChannel: ["keypointOffset"] };
}

/** Maps of zeros with the found values in their places, by the output's name. */
function mapsOfAnswer(answer: PeakAnswer, query: PeakQuery): Record<string, Tensor> {
  const maps: Record<string, Tensor> = {};
  for (const [name, { heatmap, gather, gatherOwnChannel = [] }] of Object.entries(query)) {
    const { height, width, channels, lists } = answer[name];
    const [{ scores, indices, gathered: rowsOf }] = lists;
    const lengthOf = (output: string) => rowsOf[output].length / indices.length;
    maps[heatmap] = mapWith(shapeOf(height, width, channels), indices, scores);
    for (const output of gather) {
      const cells = indices.map((index) => Math.floor(index / channels));
      maps[output] = mapWith(shapeOf(height, width, lengthOf(output)), cells, rowsOf[output]);
    }
    for (const output of gatherOwnChannel) {
      maps[output] = mapWith(shapeOf(height, width, channels * lengthOf(output)), indices, rowsOf[output]);
    }
  }
  return maps;
}

/** A map of zeros except for these rows, at places that are counted in rows. */
function mapWith(shape: Shape, places: Int32Array, rows: Float32Array): Tensor {
  const map = tensor(shape);
  const length = rows.length / places.length;
  places.forEach((place, row) => {
    map.data.set(rows.subarray(row * length, (row + 1) * length), place * length);
  });
  return map;
}
