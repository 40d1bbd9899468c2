import type { Detection, PeakEvidence } from "../../detection.ts";
import {
  type CenterExplanation,
  type Explanation,
  PAIR_REJECTIONS,
  type PairRejection,
  type RejectedPair,
  type TripletExplanation,
} from "../../explain/explanation.ts";
import { at, candidateSummary, explanationSummary } from "../../explain/explanationInWords.ts";
import type { Why } from "../../explain/why.ts";
import { whyInWords } from "../../explain/whyInWords.ts";
import { wrap } from "../terminal/displayWidth.ts";
import { formatCount } from "../terminal/formatNumber.ts";
import { type Column, formatTable } from "../terminal/table.ts";

const PEAKS: readonly Column[] = [
  { heading: "top-left", align: "right" },
  { heading: "bottom-right", align: "right" },
  { heading: "center", align: "right" },
];
const VIEW: readonly Column[] = [
  { heading: "embeddings apart", align: "right" },
  { heading: "view", align: "left" },
];

/** Shows how the decode arrived at an image's detections: a line or two for each, and a summary. */
export function explanationLines(detections: readonly Detection[], explanation: Explanation): string[] {
  return explanation.family === "triplets" ? tripletLines(detections, explanation) : centerLines(explanation);
}

/** Cells are shown as column,row. */
function centerLines(explanation: CenterExplanation): string[] {
  const shown = explanation.candidates
    .filter(({ detection }) => detection !== undefined)
    .sort((a, b) => (a.detection ?? 0) - (b.detection ?? 0));
  const lines = shown.flatMap((candidate) => {
    const [first, ...more] = candidateSummary(candidate, explanation);
    return [...wrapped(first), ...more.flatMap((line) => wrapped(line, "  "))];
  });
  return [...lines, ...wrapped(explanationSummary(explanation))].map((line) => `  ${line}`);
}

function wrapped(line: string, indent = ""): string[] {
  return wrap(line, 76 - indent.length).map((part, i) => `${indent}${i > 0 ? "  " : ""}${part}`);
}

/** Shows the answer to `--why`. */
export function whyLines(detections: readonly Detection[], why: Why): string[] {
  const lines = whyInWords(why, detections).flatMap((sentence) => wrapped(sentence));
  return [`  Why ${at(why)}, ${why.label}:`, ...lines.map((line) => `    ${line}`)];
}

/**
 * Which corners and center made each box of an image, and what became of all other pairs of corners. A peak
 * is shown as its position in the image and its score.
 */
function tripletLines(detections: readonly Detection[], explanation: TripletExplanation): string[] {
  const sentence = wrap(outcome(detections.length, explanation), 76);
  const lines = [...triplets(detections), ...sentence, ...rejected(explanation)];
  const shown = [...detections.flatMap(({ triplet }) => triplet ?? []), ...explanation.rejected];
  if (shown.some(({ mirrored }) => mirrored)) lines.push("", ...wrap(MIRRORED, 76));
  return lines.map((line) => (line === "" ? line : `  ${line}`));
}

/**
 * Corners of a mirrored view are shown at their positions in the image, so that left and right are swapped.
 */
const MIRRORED =
  "mirrored: found in the mirror image. There the top-left corner is the box's top-right one in the image, the bottom-right corner its bottom-left one.";

function triplets(detections: readonly Detection[]): string[] {
  const columns: Column[] = [
    { heading: "box", align: "left" },
    { heading: "score", align: "right" },
    { heading: "of three", align: "right" },
    ...PEAKS,
    ...VIEW,
  ];
  const rows = detections.flatMap(({ label, score, triplet }) => {
    if (!triplet) return [];
    const peaks = [triplet.topLeft, triplet.bottomRight, triplet.center].map(peakText);
    return [[label, score.toFixed(2), triplet.score.toFixed(2), ...peaks, ...viewCells(triplet)]];
  });
  return rows.length === 0 ? [] : [...formatTable(columns, rows), ""];
}

/** One sentence with all counts. */
function outcome(shown: number, explanation: TripletExplanation): string {
  const { pairs, beyondBestPairs, suppressed, beyondBestBoxes } = explanation;
  const all = Object.values(pairs).reduce((sum, count) => sum + count, 0);
  const reasons = (Object.keys(PAIR_REJECTIONS) as PairRejection[])
    .filter((reason) => pairs[reason] > 0)
    .map((reason) => `${formatCount(pairs[reason])} ${PAIR_REJECTIONS[reason]}`);
  const left = pairs.accepted - beyondBestPairs - suppressed - beyondBestBoxes - shown;
  const accepted = [
    `${formatCount(shown)} shown`,
    ...(beyondBestPairs > 0 ? [`${formatCount(beyondBestPairs)} beyond the best pairs of a view`] : []),
    `${formatCount(suppressed)} dropped by soft-NMS`,
    ...(beyondBestBoxes > 0 ? [`${formatCount(beyondBestBoxes)} beyond the best boxes`] : []),
    ...(left > 0 ? [`${formatCount(left)} beyond --score and --max`] : []),
  ];
  const parts = [`${formatCount(pairs.accepted)} confirmed by a center (${accepted.join(", ")})`, ...reasons];
  return `${formatCount(all)} pairs of corners: ${parts.join("; ")}.`;
}

function rejected({ rejected: pairs }: TripletExplanation): string[] {
  if (pairs.length === 0) return [];
  const columns: Column[] = [
    { heading: "rejected", align: "left" },
    { heading: "label", align: "left" },
    { heading: "score", align: "right" },
    ...PEAKS.slice(0, 2),
    ...VIEW,
  ];
  const rows = pairs.map((pair) => {
    const [first, second] = pair.labels;
    const label = first === second ? first : `${first}, ${second}`;
    const peaks = [pair.topLeft, pair.bottomRight].map(peakText);
    return [pair.reason, label, pair.score.toFixed(2), ...peaks, ...viewCells(pair)];
  });
  return ["", "The best pairs of each reason:", ...formatTable(columns, rows)];
}

function peakText({ x, y, score }: PeakEvidence): string {
  return `${Math.round(x)},${Math.round(y)} ${score.toFixed(2)}`;
}

function viewCells({ embeddingDistance, scale, mirrored }: RejectedPair | NonNullable<Detection["triplet"]>) {
  return [embeddingDistance.toFixed(2), `${scale}x${mirrored ? " mirrored" : ""}`];
}
