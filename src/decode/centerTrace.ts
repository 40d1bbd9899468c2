import type { CandidateOutcome, CenterEvidence } from "../explain/explanation.ts";
import { HeatmapTrace } from "./heatmapTrace.ts";

/** How non-maximum suppression dropped a row, or soft-NMS lowered it, and by which other row. */
export interface Suppression {
  readonly by: number;
  /** Intersection over union. */
  readonly overlap: number;
}

export interface DroppedRow {
  readonly outcome: CandidateOutcome;
  readonly suppression?: Suppression;
}

/**
 * The trace of a decode that finds centers: `decodeObjects`, `decodeMultiPose`, `decodeSinglePose`. It is
 * passed empty, and filled in. It answers for every cell of the center heatmap, too (`valueAt`).
 */
export class CenterTrace extends HeatmapTrace {
  /** One entry per decoded row, best first. Positions are in cells. */
  readonly centers: CenterEvidence[] = [];
  /** The rows that do not become detections. */
  readonly dropped = new Map<number, DroppedRow>();
}
