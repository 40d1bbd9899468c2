import type { Evaluation } from "../evaluation/evaluate.ts";
import type { Row } from "../evaluation/rows.ts";
import { thresholdText } from "./figures.ts";
import { mean, table } from "./html.ts";

/** pycocotools' 12 or 10 rows, and those of areas with labels of their own. */
export function rowTable({ rows, ownAreaRows, parameters }: Evaluation): string {
  const { iouThresholds, type } = parameters;
  const range = [iouThresholds[0], iouThresholds[iouThresholds.length - 1]].map(thresholdText).join("–");
  const thresholds = ({ iouThreshold }: Row) =>
    iouThreshold === undefined
      ? iouThresholds.length === 1
        ? thresholdText(iouThresholds[0])
        : range
      : thresholdText(iouThreshold);
  return table(
    "Average precision and recall",
    [
      { heading: "Row" },
      { heading: type === "boxes" ? "IoU" : "OKS" },
      { heading: "Area" },
      { heading: "Limit", isNumber: true },
      { heading: "Mean", isNumber: true },
    ],
    [...rows, ...ownAreaRows].map((row) => [
      row.name,
      thresholds(row),
      row.area,
      String(row.maxDetections),
      { text: mean(row.value), bar: row.value },
    ]),
  );
}
