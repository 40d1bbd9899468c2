/** The rows that pycocotools prints: means over parts of the arrays. */
import type { PrecisionRecall } from "./accumulate.ts";
import { pairwiseSum } from "./pairwiseSum.ts";
import type { EvaluationParameters } from "./parameters.ts";

export interface Row {
  /** `AP`, `AP50`, `APsmall`, `AR@100`. */
  readonly name: string;
  readonly kind: "precision" | "recall";
  /** Undefined for the mean over all thresholds. */
  readonly iouThreshold?: number;
  readonly area: string;
  readonly maxDetections: number;
  /** From 0 to 1; -1 if there is no truth. */
  readonly value: number;
}

type RowPlan = Omit<Row, "value">;

/** What pycocotools looks for, and prints -1 without. */
const USUAL_LIMIT = { boxes: 100, keypoints: 20 };

/** The limit of the first row (of keypoints: of all), and whether it is the one that pycocotools looks for. */
export function firstLimit({ type, maxDetections }: EvaluationParameters): {
  limit: number;
  isUsual: boolean;
} {
  const usual = USUAL_LIMIT[type];
  const isUsual = maxDetections.includes(usual);
  return { limit: isUsual ? usual : (maxDetections.at(-1) ?? usual), isUsual };
}

/** 12 rows for boxes, 10 for keypoints, in pycocotools' order. */
function rowPlans(parameters: EvaluationParameters): RowPlan[] {
  const { type, maxDetections } = parameters;
  const first = firstLimit(parameters).limit;
  const areas = type === "boxes" ? ["small", "medium", "large"] : ["medium", "large"];
  const last = type === "boxes" ? maxDetections[2] : first;
  const row = (
    kind: Row["kind"],
    name: string,
    maxDetections: number,
    area = "all",
    iouThreshold?: number,
  ) => {
    return { name, kind, iouThreshold, area, maxDetections };
  };
  const byArea = (kind: Row["kind"], prefix: string) =>
    areas.map((area) => row(kind, `${prefix}${area}`, last, area));
  const precision = [
    row("precision", "AP", first),
    row("precision", "AP50", last, "all", 0.5),
    row("precision", "AP75", last, "all", 0.75),
    ...byArea("precision", "AP"),
  ];
  if (type === "boxes") {
    const limits = maxDetections.slice(0, 3).map((limit) => row("recall", `AR@${limit}`, limit));
    return [...precision, ...limits, ...byArea("recall", "AR")];
  }
  return [
    ...precision,
    row("recall", "AR", first),
    row("recall", "AR50", first, "all", 0.5),
    row("recall", "AR75", first, "all", 0.75),
    ...byArea("recall", "AR"),
  ];
}

/** The rows over all categories, or of one: its place `k`. */
export function rowsOf(arrays: PrecisionRecall, parameters: EvaluationParameters, k?: number): Row[] {
  return rowPlans(parameters).map((plan) => ({ ...plan, value: meanOf(arrays, parameters, plan, k) }));
}

/** Precision and recall of areas that no row of pycocotools is of, such as `tiny`, in the order given. */
export function ownAreaRows(arrays: PrecisionRecall, parameters: EvaluationParameters): Row[] {
  const usual = new Set(rowPlans(parameters).map(({ area }) => area));
  const maxDetections = parameters.maxDetections.at(-1) ?? 0;
  return (["precision", "recall"] as const).flatMap((kind) =>
    parameters.areas.flatMap(({ label: area }) => {
      if (usual.has(area)) return [];
      const plan = { name: `${kind === "precision" ? "AP" : "AR"}${area}`, kind, area, maxDetections };
      return [{ ...plan, value: meanOf(arrays, parameters, plan) }];
    }),
  );
}

/** The mean of all entries that are present, as numpy computes it; -1 if none is. */
function meanOf(
  { precision, recall }: PrecisionRecall,
  parameters: EvaluationParameters,
  { kind, iouThreshold, area, maxDetections }: Omit<RowPlan, "name">,
  k?: number,
): number {
  const { iouThresholds, recallThresholds, categoryIds, areas, maxDetections: limits } = parameters;
  const a = areas.findIndex(({ label }) => label === area);
  const m = limits.indexOf(maxDetections);
  if (a < 0 || m < 0) return -1;
  const [K, A, M] = [categoryIds.length, areas.length, limits.length];
  const R = kind === "precision" ? recallThresholds.length : 1;
  const values = kind === "precision" ? precision : recall;
  const kept = new Float64Array(iouThresholds.length * R * (k === undefined ? K : 1));
  let count = 0;
  for (let t = 0; t < iouThresholds.length; t++) {
    if (iouThreshold !== undefined && iouThresholds[t] !== iouThreshold) continue;
    for (let r = 0; r < R; r++) {
      for (let c = k ?? 0; c < (k === undefined ? K : k + 1); c++) {
        const value = values[(((t * R + r) * K + c) * A + a) * M + m];
        if (value > -1) kept[count++] = value;
      }
    }
  }
  return count === 0 ? -1 : pairwiseSum(kept, 0, count) / count;
}
