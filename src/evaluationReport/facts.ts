import type { Analysis } from "../evaluation/analysis/analyze.ts";
import type { Evaluation } from "../evaluation/evaluate.ts";
import { escaped } from "../visualization/svg.ts";
import { scoreText, thresholdText } from "./figures.ts";
import { count, section, table } from "./html.ts";

/** A file that was evaluated. */
export interface ReportInput {
  readonly role: "annotations" | "results";
  readonly name: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

const MAX_LISTED = 12;

/** What was evaluated and how, what was repaired or left out, and the files. */
export function factsPart(
  evaluation: Evaluation,
  analysis: Analysis,
  inputs: readonly ReportInput[],
): string {
  const { notes } = evaluation;
  const noted =
    notes.length === 0
      ? "<p>Nothing was repaired or left out.</p>"
      : `<ul>${notes.map((note) => `<li>${escaped(note)}</li>`).join("")}</ul>`;
  return [
    section("Parameters", "", parameterList(evaluation, analysis), "half"),
    section("Notes", "", noted, "half"),
    ...(inputs.length === 0 ? [] : [section("Files", "", fileTable(inputs), "wrapped")]),
  ].join("\n");
}

function parameterList({ parameters }: Evaluation, { score, outcomes, errors }: Analysis): string {
  const { type, imageIds, categoryIds, iouThresholds, recallThresholds, maxDetections } = parameters;
  const { areas, classAgnostic, sigmas } = parameters;
  const listed = (values: readonly (number | string)[]) =>
    values.length <= MAX_LISTED
      ? values.join(", ")
      : `${values.slice(0, MAX_LISTED - 1).join(", ")}, … ${values[values.length - 1]}`;
  const facts: [string, string][] = [
    ["evaluated", type],
    ["images", count(imageIds.length)],
    ["classes", classAgnostic ? "all as one" : count(categoryIds.length)],
    [type === "boxes" ? "IoU thresholds" : "OKS thresholds", listed(iouThresholds.map(thresholdText))],
    [
      "recall points",
      `${count(recallThresholds.length)}: ${recallThresholds[0]} to ${recallThresholds[recallThresholds.length - 1]}`,
    ],
    ["most detections per image and class", listed(maxDetections)],
    [
      "areas in square pixels",
      areas
        .map(
          ({ label, min, max }) =>
            `${label} ${min}–${max < 1e10 ? max : max.toExponential().replace("+", "")}`,
        )
        .join(", "),
    ],
    ...(sigmas.length > 0
      ? [["sigmas", sigmas.map((sigma) => Number(sigma.toPrecision(6))).join(", ")] as [string, string]]
      : []),
    ["errors, F1 and confusions at", thresholdText(outcomes.iouThreshold)],
    ["background below", thresholdText(errors.backgroundIou)],
    ["least score of confusions and examples", scoreText(score)],
  ];
  return `<dl class="facts">${facts.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join("")}</dl>`;
}

function fileTable(inputs: readonly ReportInput[]): string {
  return table(
    "Files",
    [{ heading: "File" }, { heading: "Is" }, { heading: "Bytes", isNumber: true }, { heading: "SHA-256" }],
    inputs.map(({ role, name, bytes, sha256 }) => [name, role, count(bytes), sha256]),
    "files",
  );
}
