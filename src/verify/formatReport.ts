import { oneLine } from "../errors.ts";
import { formatShape, positionOf } from "../tensor.ts";
import type { Tolerance } from "./caseDescription.ts";
import { type TruthSummary, truthSummary } from "./truth/truthSummary.ts";
import type { CaseReport, TapReport } from "./verifyCase.ts";

/** Of a tap's name, which comes from a file. */
const MAX_NAME = 200;
const HEADINGS = ["tap", "largest", "rms", "tolerance", "ratio"];
/** RMS errors against float64, and this run's divided by the original's. Only where a case has float64 values. */
const TRUTH_HEADINGS = ["to float64", "original's", "of it"];

/**
 * Formats a report for a terminal, without a final line break: one row per tap (differences in the tolerance's
 * measure; σ is the expected tensor's standard deviation), then the first tap that exceeds its tolerance. Errors against float64 have columns of their own, and a line that sums
 * them up, if the case has float64 values.
 */
export function formatReport(report: CaseReport): string {
  const { name, model, source, taps, ranOn, toleranceReason } = report;
  const truth = truthSummary(taps);
  const headings = truth ? [...HEADINGS, ...TRUTH_HEADINGS] : HEADINGS;
  const rows = [headings, ...taps.map((tap) => numbersOf(tap, truth !== undefined))];
  const widths = headings.map((_, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), 0),
  );
  const table = rows.map((row, i) => {
    const cells = row.map((cell, column) => {
      return column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]);
    });
    return [...cells, i === 0 ? "" : verdictOf(taps[i - 1])].join("  ").trimEnd();
  });
  const lines = [`${name} (${model}; expected: ${source})`, ...table];
  if (ranOn) lines.push(`ran on ${ranOn}`);
  if (toleranceReason) lines.push(`tolerances are not the case's own: ${toleranceReason}`);
  if (taps.some(({ unfused }) => unfused)) {
    lines.push("unfused: inside a fused group, taken from a run of the unfused graph");
  }
  if (truth) lines.push(truthLine(truth));
  lines.push(summaryOf(report));
  return lines.map(oneLine).join("\n");
}

/** The tap's row without its verdict; only the name if nothing could be compared. */
function numbersOf({ name: fullName, compared, truth }: TapReport, hasTruth: boolean): string[] {
  const name = oneLine(fullName.slice(0, MAX_NAME));
  if (!compared) return [name];
  const unit = compared.measure === "spread" ? "σ" : "";
  return [
    name,
    `${formatDifference(compared.largest)}${unit}`,
    `${formatDifference(compared.rms)}${unit}`,
    formatTolerance(compared.tolerance),
    formatDifference(compared.ratio),
    ...(truth
      ? [`${formatDifference(truth.rms)}${unit}`, `${formatDifference(truth.original.rms)}${unit}`]
      : []),
    ...(truth ? [formatDifference(truth.ratio)] : hasTruth ? ["", "", ""] : []),
  ];
}

/** The errors against float64 of two runs, in one line. */
export function truthLine({ taps, worst, median, atMost1 }: TruthSummary): string {
  const counted = taps === 1 ? "one tap" : `${taps} taps`;
  const ratios = `worst ${formatDifference(worst)}, median ${formatDifference(median)}`;
  return `rms errors against float64 at ${counted}, divided by the original's: ${ratios}, ${Math.round(atMost1 * 100)} % at most 1`;
}

function verdictOf({ pass, unfused, problem }: TapReport): string {
  return `${pass ? "ok" : "BEYOND"}${unfused ? ", unfused" : ""}${problem ? `: ${problem}` : ""}`;
}

function formatTolerance({ spread, spreadRms, absolute, relative }: Tolerance): string {
  if (absolute === 0 && !relative) return "exact";
  const parts: string[] = [];
  if (spread !== undefined) parts.push(`${formatDifference(spread)}σ`);
  if (spreadRms !== undefined) parts.push(`rms ${formatDifference(spreadRms)}σ`);
  if (absolute !== undefined) parts.push(formatDifference(absolute));
  if (relative !== undefined) parts.push(`${formatDifference(relative)} of expected`);
  return parts.join(" + ").replace(" + rms", ", rms");
}

function summaryOf({ taps, firstBeyond }: CaseReport): string {
  if (!firstBeyond) return `all ${taps.length} taps within tolerance`;
  const beyond = taps.filter(({ pass }) => !pass).length;
  const { name, meaning, shape, compared, problem } = firstBeyond;
  const subject = `${beyond} of ${taps.length} taps beyond; first ${name}${meaning ? ` (${meaning})` : ""}`;
  if (!compared) return `${subject}: ${problem}`;
  const { worst } = compared;
  if (!worst) return subject;
  const position = formatShape(positionOf(worst.index, shape));
  return `${subject}: at ${position}, element ${worst.index}: expected ${worst.expected}, got ${worst.got}`;
}

/** A difference with two digits: `1.2e-4σ` without its unit. */
export function formatDifference(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const rounded = Number(value.toPrecision(2));
  return rounded >= 1e-3 && rounded < 1e5 ? String(rounded) : rounded.toExponential();
}
