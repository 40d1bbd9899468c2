import { type DifferenceBar, differenceChart } from "../../visualization/differenceChart.ts";
import type { Tolerance } from "../caseDescription.ts";
import type { CaseReport, TapReport } from "../verifyCase.ts";

/** Draws the differences of all taps, of one case or of several one after the other, as an SVG. */
export function reportChart(reports: readonly CaseReport[]): string {
  const several = reports.length > 1;
  const [first] = reports;
  const title = several
    ? `${reports.length} cases: largest differences`
    : `${first?.name} (${first?.model}): largest differences`;
  const bars = reports.flatMap(({ name, taps }) =>
    taps.map((tap) => barOf(tap, several ? `${name.split("/").at(-1)}: ${tap.name}` : tap.name)),
  );
  return differenceChart({ title, bars });
}

function barOf({ compared, pass, unfused, problem }: TapReport, name: string): DifferenceBar {
  const parts = [unfused ? "unfused" : "", problem ?? ""];
  if (!compared) return { name, max: Number.NaN, rms: Number.NaN, beyond: !pass, note: noteOf(parts) };
  const { largest, rms, measure, tolerance } = compared;
  const unit = measure === "spread" ? "in standard deviations" : "in the tap's own unit";
  return {
    name,
    max: largest,
    rms,
    tolerance: lineOf(tolerance),
    beyond: !pass,
    note: noteOf([unit, ...parts]),
  };
}

function noteOf(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("; ");
}

/** The limit of the largest difference. A limit that depends on each expected number is no line. */
function lineOf({ spread, absolute, relative }: Tolerance): number | undefined {
  return spread ?? (relative === undefined ? absolute : undefined);
}
