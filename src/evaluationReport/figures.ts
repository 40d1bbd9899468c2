/** The curves of an analysis as charts, for the report and for a file of their own. */
import type { Analysis } from "../evaluation/analysis/analyze.ts";
import { confusionChart } from "../visualization/confusionChart.ts";
import { type ChartLine, lineChart } from "../visualization/lineChart.ts";
import { mean } from "./html.ts";

export interface Drawing {
  readonly name: string;
  /** For those who do not see it. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly elements: readonly string[];
}

const SIZE = { width: 520, height: 340 };

/** The mean of a curve's points that are present. */
function averageOf(values: Float64Array): number {
  const present = values.filter((value) => value >= 0);
  return present.length === 0 ? -1 : present.reduce((sum, value) => sum + value, 0) / present.length;
}

export function thresholdText(threshold: number): string {
  return String(Number(threshold.toFixed(3)));
}

/** Precision over recall at each threshold, the mean of all classes. */
export function precisionFigure({ precisionCurves, outcomes }: Analysis): Drawing {
  const { recall, iouThresholds, mean: curves } = precisionCurves;
  const R = recall.length;
  const fit = outcomes.arranged.parameters.type === "boxes" ? "IoU" : "OKS";
  const averages = iouThresholds.map((_, t) => averageOf(curves.subarray(t * R, (t + 1) * R)));
  const lines = iouThresholds.map(
    (threshold, t): ChartLine => ({
      name: `${fit} ${thresholdText(threshold)}: AP ${mean(averages[t])}`,
      x: recall,
      y: curves.subarray(t * R, (t + 1) * R),
      strength: iouThresholds.length === 1 ? 1 : 1 - t / (iouThresholds.length - 1),
    }),
  );
  const said = lines.map(({ name }) => name).join(", ");
  return {
    name: "Precision over recall",
    description: `Mean of the classes at each threshold. ${said}.`,
    ...SIZE,
    elements: [
      ...lineChart({ lines, ...SIZE, xLabel: "recall", yLabel: "precision" }),
      ...thresholdKey(iouThresholds, averages, fit),
    ],
  };
}

const MAX_KEYS = 12;

/** Which line is which, at the top right of the plot, where precision is lowest. */
function thresholdKey(thresholds: readonly number[], averages: readonly number[], fit: string): string[] {
  const step = 13;
  const shown = thresholds.slice(0, MAX_KEYS);
  const [left, top] = [SIZE.width - 116, 32];
  const box = `<rect class="key-ground" x="${left - 8}" y="${top - 12}" width="112" height="${step * (shown.length + 1) + 8}" fill="#ffffff" fill-opacity="0.85"/>`;
  const head = `<text class="faint" x="${left + 18}" y="${top}" fill="#545d66">${fit}</text><text class="faint" x="${left + 96}" y="${top}" text-anchor="end" fill="#545d66">AP</text>`;
  const keys = shown.map((threshold, t) => {
    const y = top + step * (t + 1);
    const opacity = 0.25 + 0.75 * (thresholds.length === 1 ? 1 : 1 - t / (thresholds.length - 1));
    return `<path class="curve" d="M${left} ${y - 4}h12" stroke="#1f5d99" stroke-width="1.5" stroke-opacity="${opacity.toFixed(2)}"/><text class="ink" x="${left + 18}" y="${y}" fill="#15181b">${thresholdText(threshold)}</text><text class="ink" x="${left + 96}" y="${y}" text-anchor="end" fill="#15181b">${mean(averages[t])}</text>`;
  });
  return [box, head, ...keys];
}

const MAX_FAINT = 120;
/** Beyond so many classes their lines are paler, or they would hide the others. */
const MANY = 32;

/** F1 over the score that detections must reach. */
export function scoreFigure({ scoreCurves }: Analysis): Drawing {
  const { scores, all, categories, iouThreshold } = scoreCurves;
  const { best } = all;
  const present = categories.filter(({ truths }) => truths > 0);
  const faint = present.length > 1 ? present.slice(0, MAX_FAINT) : [];
  const lines: ChartLine[] = [
    ...faint.map(
      (curve): ChartLine => ({
        name: curve.name,
        x: scores,
        y: curve.f1,
        weight: "faint",
        strength: Math.min(1, MANY / faint.length),
      }),
    ),
    { name: "precision", x: scores, y: all.precision, dashed: true, strength: 0.5 },
    { name: "recall", x: scores, y: all.recall, strength: 0.5 },
    { name: "F1", x: scores, y: all.f1, weight: "strong" },
  ];
  const text = best && `F1 ${best.f1.toFixed(3)} at ${scoreText(best.score)}`;
  const mark = best && text ? { x: best.score, y: best.f1, text } : undefined;
  const xRange = [scores[0], scores[scores.length - 1]] as const;
  const at = best
    ? `Best F1 ${best.f1.toFixed(3)} at score ${scoreText(best.score)}: precision ${best.precision.toFixed(3)}, recall ${best.recall.toFixed(3)}.`
    : "Nothing was found.";
  return {
    name: "F1 over score",
    description: `All classes together, at a threshold of ${thresholdText(iouThreshold)}. ${at}`,
    ...SIZE,
    elements: lineChart({
      lines,
      ...SIZE,
      xLabel: "least score",
      yLabel: "",
      keys: ["recall", "precision", "F1"],
      xRange,
      mark,
    }),
  };
}

/** Enough digits to be given to `--score`. */
export function scoreText(score: number): string {
  return String(Number(score.toPrecision(3)));
}

const SMALL = { width: 120, height: 90 };
/** Thresholds of the classes' own curves. */
const SHOWN = [0.5, 0.75];

/** Precision over recall of one class. */
export function classFigure({ precisionCurves }: Analysis, k: number): Drawing {
  const { recall, iouThresholds, names, categories } = precisionCurves;
  const [T, R] = [iouThresholds.length, recall.length];
  const chosen = SHOWN.flatMap((threshold) => {
    const t = iouThresholds.indexOf(threshold);
    return t < 0 ? [] : [t];
  });
  const shown = chosen.length > 0 ? chosen : [0];
  const lines = shown.map((t, i): ChartLine => {
    const y = categories.subarray((k * T + t) * R, (k * T + t + 1) * R);
    return {
      name: `${thresholdText(iouThresholds[t])}: AP ${mean(averageOf(y))}`,
      x: recall,
      y,
      strength: i === 0 ? 1 : 0.3,
    };
  });
  return {
    name: names[k],
    description: lines.map(({ name }) => name).join(", "),
    ...SMALL,
    elements: lineChart({ lines, ...SMALL }),
  };
}

export function confusionFigure({ confusion }: Analysis): Drawing {
  const { names, counts } = confusion;
  const n = names.length + 1;
  const right = names.reduce((sum, _, k) => sum + counts[k * n + k], 0);
  const [missed, nothing] = [0, 0].map((_, side) =>
    names.reduce((sum, _name, k) => sum + (side === 0 ? counts[k * n + n - 1] : counts[(n - 1) * n + k]), 0),
  );
  const all = counts.reduce((sum, value) => sum + value, 0);
  return {
    name: "Confusion matrix",
    description: `${right} found as what they are, ${all - right - missed - nothing} as another class, ${missed} missed, ${nothing} detections on nothing.`,
    ...confusionChart(confusion),
  };
}
