/** Explanations as English sentences, for the command line and for pages. Positions are x,y. */
import type { Detection, Point } from "../detection.ts";
import {
  CANDIDATE_OUTCOMES,
  type CandidateOutcome,
  type CenterCandidate,
  type CenterExplanation,
  type FoundKeypoint,
  KEYPOINT_OUTCOMES,
  type KeypointOutcome,
} from "./explanation.ts";

/** The decode of a center, one sentence per step, from its cell to what became of it. */
export function candidateInWords(candidate: CenterCandidate, explanation: CenterExplanation): string[] {
  const { place, offset, size, keypoints, box, outcome } = candidateSteps(candidate, explanation);
  const found = [place, offset, size].filter((sentence) => sentence !== undefined);
  return [...found, ...keypoints, box, outcome];
}

/** The sentences of `candidateInWords` by the step that they tell of. */
export interface CandidateSteps {
  readonly place: string;
  /** Absent if the model outputs no offset, or no size. */
  readonly offset?: string;
  readonly size?: string;
  /** One for each keypoint. */
  readonly keypoints: readonly string[];
  readonly box: string;
  readonly outcome: string;
}

export function candidateSteps(candidate: CenterCandidate, explanation: CenterExplanation): CandidateSteps {
  const { cell, offset, size, boxInCells, box, keypoints = [] } = candidate;
  const isRescored = candidate.score !== candidate.value;
  const rescored = isRescored ? `, which differs from the center's ${number(candidate.value)}` : "";
  return {
    place: `${capital(placeInWords(candidate, explanation))}.`,
    ...(offset && { offset: offsetInWords(cell, offset) }),
    ...(size && boxInCells && { size: sizeInWords(size, boxInCells) }),
    keypoints: keypoints.map(keypointInWords),
    box: `In the image that is the box ${boxInWords(box)}, with the score ${number(candidate.score)}${rescored}.`,
    outcome: `${capital(outcomeInWords(candidate, explanation.candidates))}.`,
  };
}

function offsetInWords(cell: Point, offset: Point): string {
  const center = { x: cell.x + offset.x, y: cell.y + offset.y };
  return `The offset ${at(offset, 2)} puts the center at ${at(center, 2)} in cells.`;
}

function sizeInWords(
  size: NonNullable<CenterCandidate["size"]>,
  { xmin, ymin, xmax, ymax }: Detection["box"],
): string {
  const corners = `${at({ x: xmin, y: ymin }, 1)} to ${at({ x: xmax, y: ymax }, 1)}`;
  return `Half of the size ${sides(size)} to each side of the center makes the box ${corners} in cells.`;
}

/** A line that has a candidate's main numbers, and one about its keypoints if it has any. */
export function candidateSummary(candidate: CenterCandidate, explanation: CenterExplanation): string[] {
  const { label, score, offset, size, keypoints = [] } = candidate;
  const parts = [placeInWords(candidate, explanation)];
  if (offset) parts.push(`offset ${at(offset, 2)}`);
  if (size) parts.push(`size ${sides(size)} cells`);
  if (candidate.suppression) parts.push(outcomeInWords(candidate, explanation.candidates));
  const lines = [`${label} ${number(score)}: ${parts.join(", ")}`];
  if (keypoints.length > 0) lines.push(keypointsSummary(keypoints));
  return lines;
}

/** The whole search in one sentence. */
export function explanationSummary({ family, views, candidates }: CenterExplanation): string {
  const searches = views.map(({ scale, mapWidth, mapHeight, classes, peaks, limit }, _, all) => {
    const map = `${mapWidth} x ${mapHeight} cells${classes > 1 ? ` x ${classes} classes` : ""}`;
    const atScale = all.length > 1 ? ` at scale ${scale}` : "";
    const found = family === "poses" && limit === 1 ? "one center" : `${count(peaks, "peak")}`;
    return `${found} in ${map}${atScale}`;
  });
  const outcomes = (Object.keys(CANDIDATE_OUTCOMES) as CandidateOutcome[]).flatMap((outcome) => {
    const { length } = candidates.filter((candidate) => candidate.outcome === outcome);
    return length > 0 ? [`${grouped(length)} ${CANDIDATE_OUTCOMES[outcome]}`] : [];
  });
  const decoded = `${count(candidates.length, "center")} decoded`;
  return `${searches.join(", ")}; ${decoded}: ${outcomes.join(", ") || "none"}.`;
}

function placeInWords(candidate: CenterCandidate, { views }: CenterExplanation): string {
  const { cell, value, weight, rank, isPeak, view } = candidate;
  const { peaks, scale } = views[view];
  const where = `cell ${at(cell)}${views.length > 1 ? ` at scale ${scale}` : ""}`;
  if (!isPeak) return `${where} fills place ${rank}: there are only ${count(peaks, "peak")}`;
  if (weight !== undefined) return `${where} is the best, ${number(value)} times weight ${number(weight)}`;
  return `${where} has ${number(value)}, ${ordinal(rank)} of ${count(peaks, "peak")}`;
}

function keypointInWords({ name, regressed, candidate, outcome, ...found }: FoundKeypoint): string {
  const expected = `${name}: the center expects it at ${at(regressed, 0)}`;
  const placed = `it is at ${at(found, 0)} with the score ${number(found.score)}`;
  if (!candidate)
    return `${expected}; its heatmap ${outcome === "none" ? "is 0 in the box" : "has no peak"}; ${placed}.`;
  const best = `the best candidate is cell ${at(candidate.cell)} with ${number(candidate.value)}, ${candidate.distance.toFixed(1)} cells away`;
  return `${expected}; ${best}; it ${KEYPOINT_OUTCOMES[outcome]}; ${placed}.`;
}

/** What became of several keypoints. */
const KEYPOINTS: Readonly<Record<KeypointOutcome, string>> = {
  chosen: "moved to their heatmaps' best cells",
  score: "stayed as regressed (no candidate above the threshold)",
  box: "stayed as regressed (the best candidate is outside the box)",
  distance: "stayed as regressed (no candidate is near enough)",
  none: "without a cell above 0 in the box",
};

function keypointsSummary(keypoints: readonly FoundKeypoint[]): string {
  const counts = (Object.keys(KEYPOINTS) as KeypointOutcome[]).flatMap((outcome) => {
    const { length } = keypoints.filter((keypoint) => keypoint.outcome === outcome);
    return length > 0 ? [`${length} ${KEYPOINTS[outcome]}`] : [];
  });
  const chosen = keypoints.flatMap(({ outcome, candidate }) => {
    return outcome === "chosen" && candidate ? [candidate.distance] : [];
  });
  const furthest = chosen.length > 0 ? `, at most ${Math.max(...chosen).toFixed(1)} cells away` : "";
  return `keypoints: ${counts.join(", ")}${furthest}`;
}

/** What became of a candidate, as a part of a sentence. */
function outcomeInWords(
  { outcome, suppression, detection }: CenterCandidate,
  candidates: readonly CenterCandidate[],
): string {
  const by = suppression && candidates[suppression.by];
  const other = by && `${by.label} ${number(by.score)} (overlap ${suppression.overlap.toFixed(2)})`;
  if (outcome === "suppressed" && other) return `suppressed by ${other}`;
  const what = detection === undefined ? CANDIDATE_OUTCOMES[outcome] : `shown as detection ${detection + 1}`;
  return other ? `${what}, its score lowered by ${other}` : what;
}

/** Which detections cover a pixel, as a sentence. */
export function coveringInWords(covering: readonly number[], detections: readonly Detection[]): string {
  if (covering.length === 0) return "No detection's box covers this pixel.";
  const names = covering.map((index) => {
    const { label, score } = detections[index];
    return `${index + 1} (${label} ${number(score)})`;
  });
  const are = names.length === 1 ? "The box of detection" : "The boxes of detections";
  return `${are} ${list(names)} ${names.length === 1 ? "covers" : "cover"} this pixel.`;
}

export function boxInWords({ xmin, ymin, xmax, ymax }: Detection["box"]): string {
  return `${at({ x: xmin, y: ymin }, 0)} to ${at({ x: xmax, y: ymax }, 0)}`;
}

/** `12,30` */
export function at({ x, y }: Point, decimals = 0): string {
  return `${x.toFixed(decimals)},${y.toFixed(decimals)}`;
}

/** A score or a value: two decimals, or two digits if it is small. */
export function number(value: number): string {
  if (value === 0) return "0";
  return Math.abs(value) >= 0.0995 ? value.toFixed(2) : `${Number(value.toPrecision(2))}`;
}

/** Two numbers with as many digits as tell them apart. */
export function numbersApart(a: number, b: number): [string, string] {
  if (number(a) !== number(b) || a === b) return [number(a), number(b)];
  for (let digits = 3; digits < 9; digits++) {
    const [first, second] = [a.toPrecision(digits), b.toPrecision(digits)];
    if (first !== second) return [first, second];
  }
  return [`${a}`, `${b}`];
}

/** `the best`, `the 2nd best` */
export function ordinal(rank: number): string {
  if (rank === 1) return "the best";
  const ending = /1[123]$/.test(`${rank}`) ? "th" : (["th", "st", "nd", "rd"][rank % 10] ?? "th");
  return `the ${grouped(rank)}${ending} best`;
}

/** `1 peak`, `1,204 peaks` */
export function count(amount: number, noun: string): string {
  return `${grouped(amount)} ${noun}${amount === 1 ? "" : "s"}`;
}

export function list(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

export function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function grouped(amount: number): string {
  return `${amount}`.replace(/\B(?=(\d{3})+$)/g, ",");
}

function sides({ width, height }: { readonly width: number; readonly height: number }): string {
  return `${width.toFixed(1)} x ${height.toFixed(1)}`;
}
