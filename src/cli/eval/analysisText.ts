import { type ConfusionMatrix, worstConfusions } from "../../evaluation/analysis/confusion.ts";
import type { ErrorAnalysis } from "../../evaluation/analysis/errors.ts";
import type { ScoreCurves } from "../../evaluation/analysis/scoreCurves.ts";
import type { EvaluationType } from "../../evaluation/reading/foundColumns.ts";
import { formatCount } from "../terminal/formatNumber.ts";
import { type Column, formatTable } from "../terminal/table.ts";
import { decimals } from "./rowText.ts";

function short(value: number): string {
  return String(Number(value.toFixed(3)));
}

function fitOf(type: EvaluationType): string {
  return type === "boxes" ? "IoU" : "OKS";
}

/** The kinds of error and what each costs. */
export function errorLines(
  { errors, averagePrecision, foregroundIou, backgroundIou }: ErrorAnalysis,
  type: EvaluationType,
): string[] {
  const columns: Column[] = [
    { heading: "error", align: "left" },
    { heading: "count", align: "right" },
    { heading: "AP gained", align: "right" },
  ];
  const precision = averagePrecision < 0 ? "–" : decimals(averagePrecision, 3);
  return [
    `errors at ${fitOf(type)} ${short(foregroundIou)}, background below ${short(backgroundIou)}; AP there ${precision}`,
    ...formatTable(
      columns,
      errors.map(({ kind, count, gain }) => [kind, formatCount(count), decimals(gain, 3)]),
    ),
  ];
}

/** The score to cut at. */
export function scoreLine({ all, iouThreshold }: ScoreCurves, type: EvaluationType): string {
  const { best } = all;
  const at = `at ${fitOf(type)} ${short(iouThreshold)}`;
  if (!best) return `best F1 ${at}: none`;
  const { score, f1, precision, recall } = best;
  return `best F1 ${at}: ${decimals(f1, 3)} with --score ${Number(score.toPrecision(3))} (precision ${decimals(precision, 3)}, recall ${decimals(recall, 3)})`;
}

const MAX_MATRIX = 10;
const LISTED = 10;

/** The matrix if it is small, else the worst confusions. */
export function confusionLines(matrix: ConfusionMatrix, type: EvaluationType): string[] {
  const { names, counts, score, iouThreshold } = matrix;
  const rule = `at ${fitOf(type)} ${short(iouThreshold)}, score ${short(score)} or more`;
  if (names.length <= MAX_MATRIX) {
    const n = names.length + 1;
    const columns: Column[] = [
      { heading: "true \\ found", align: "left" },
      ...[...names, "missed"].map((heading): Column => ({ heading, align: "right" })),
    ];
    const rows = [...names, "background"].map((name, row) => [
      name,
      ...Array.from(counts.subarray(row * n, (row + 1) * n), (count, column) =>
        row === n - 1 && column === n - 1 ? "" : formatCount(count),
      ),
    ]);
    return [`confusion matrix ${rule}`, ...formatTable(columns, rows)];
  }
  const worst = worstConfusions(matrix, LISTED);
  if (worst.length === 0) return [`no class is taken for another ${rule}`];
  return [
    `most frequent confusions ${rule}`,
    ...formatTable(
      [
        { heading: "true", align: "left" },
        { heading: "found as", align: "left" },
        { heading: "count", align: "right" },
        { heading: "of its truths", align: "right" },
      ],
      worst.map(({ truth, found, count, share }) => [
        names[truth],
        names[found],
        formatCount(count),
        `${decimals(100 * share, 1)} %`,
      ]),
    ),
  ];
}
