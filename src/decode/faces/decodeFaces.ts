import type { CenterEvidence } from "../../explain/explanation.ts";
import type { CenterTrace, Suppression } from "../centerTrace.ts";
import { rankedElement, vectorAt } from "../evidence.ts";
import { gatherChannels } from "../maps.ts";
import {
  bestFirst,
  type FaceMaps,
  type FaceRows,
  type FaceSettings,
  faceRows,
  OUTPUT_STRIDE,
} from "./faceRows.ts";
import { suppressFaces } from "./suppressFaces.ts";

export interface DecodedFaces {
  readonly rows: FaceRows;
  /** The rows that are faces, in the order of their cells. */
  readonly kept: Int32Array;
}

/**
 * CenterFace's decode: all cells above a threshold, then non-maximum suppression. If a `trace` is given, it is filled
 * in, with its rows best first; the result is the same.
 *
 * @throws UsageError if the maps do not fit together.
 */
export function decodeFaces(maps: FaceMaps, settings: FaceSettings, trace?: CenterTrace): DecodedFaces {
  const rows = faceRows(maps, settings);
  const dropped = trace && new Map<number, Suppression>();
  const kept = suppressFaces(rows, settings, dropped);
  if (trace && dropped) traceFaces(trace, maps, rows, dropped);
  return { rows, kept };
}

function traceFaces(
  trace: CenterTrace,
  maps: FaceMaps,
  rows: FaceRows,
  dropped: ReadonlyMap<number, Suppression>,
): void {
  const { centerHeatmap: heatmap, boxSize, boxOffset } = maps;
  // Every cell competes, and those above the threshold are used.
  trace.searched({ heatmap, limit: rows.cells.length, isPeak: () => true, larger: (element) => element });
  const order = bestFirst(rows);
  const places = new Map(order.map((row, place) => [row, place]));
  const indices = Int32Array.from(order, (row) => rows.cells[row]);
  const ranked = { indices, scores: Float32Array.from(order, (row) => rows.scores[row]) };
  const sizes = gatherChannels(boxSize, indices).map(Math.exp);
  const offsets = gatherChannels(boxOffset, indices);
  const boxes = Float32Array.from(rows.boxes, (side) => side / OUTPUT_STRIDE);
  order.forEach((row, place) => {
    const size = vectorAt(sizes, place);
    const fromMiddle = vectorAt(offsets, place);
    const [xmin, ymin, xmax, ymax] = boxes.subarray(row * 4, row * 4 + 4);
    const evidence: CenterEvidence = {
      ...rankedElement(ranked, place, 1, heatmap.shape[2]),
      offset: { x: fromMiddle.x + 0.5, y: fromMiddle.y + 0.5 },
      size: { width: size.x, height: size.y },
      boxInCells: { xmin, ymin, xmax, ymax },
    };
    trace.centers.push(evidence);
    const suppression = dropped.get(row);
    if (!suppression) return;
    const by = places.get(suppression.by) as number;
    trace.dropped.set(place, { outcome: "suppressed", suppression: { by, overlap: suppression.overlap } });
  });
}
