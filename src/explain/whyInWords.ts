/** The answer to "why is nothing here?" as English sentences. */
import type { Detection } from "../detection.ts";
import { PAIR_REJECTIONS, type PairRejection } from "./explanation.ts";
import {
  at,
  boxInWords,
  capital,
  count,
  coveringInWords,
  list,
  number,
  numbersApart,
  ordinal,
} from "./explanationInWords.ts";
import {
  type CellValue,
  type CenterWhyView,
  TRIPLET_FATES,
  type TripletWhy,
  type TripletWhyView,
  type Why,
  type WhyPair,
} from "./why.ts";

/** The answer, sentence by sentence. `detections` are those of the same result. */
export function whyInWords(why: Why, detections: readonly Detection[]): string[] {
  const covered = coveringInWords(why.covering, detections);
  const steps =
    why.family === "triplets"
      ? tripletsInWords(why)
      : why.views.flatMap((view, _, all) => {
          const where = all.length > 1 ? `At scale ${view.scale}, ` : "";
          return centerInWords(view, why.label, where);
        });
  return [...steps, covered];
}

function centerInWords(view: CenterWhyView, label: string, where: string): string[] {
  const { step, candidate } = view;
  const value = capital(`${where}${valueInWords(view, `the center heatmap of ${label}`)}`);
  if (!candidate) return [value];
  const decoded = `It was decoded as ${label} ${number(candidate.score)} with the box ${boxInWords(candidate.box)}`;
  return [value, `${decoded}; ${stepInWords(view, step)}.`];
}

/** What became of a decoded candidate. */
function stepInWords({ candidate, suppressedBy: by, step: outcome }: CenterWhyView, step: string): string {
  const other = by && `${by.label} ${number(by.score)} at ${boxInWords(by.box)}`;
  const overlap = candidate?.suppression
    ? `, which it overlaps by ${candidate.suppression.overlap.toFixed(2)}`
    : "";
  if (outcome === "suppressed" && other) return `the better ${other}${overlap}, suppressed it`;
  const place = candidate?.detection;
  const phrases: Readonly<Record<string, string>> = {
    shown: place === undefined ? "it is shown" : `it is detection ${place + 1}`,
    threshold: "it is below the threshold of non-maximum suppression",
    limit: "non-maximum suppression had reached its limit",
    noArea: "its box has no area",
    outside: "its box lies outside the image",
    classes: "its class is not asked for",
    score: "it is below the score that is asked for",
    max: "there are as many better detections as are asked for",
  };
  return other ? `${phrases[step]}, and ${other} lowered its score` : phrases[step];
}

/** What the search for peaks says of a cell; a whole sentence. */
function valueInWords(value: CellValue, heatmap: string): string {
  const { cell, larger, rank, peaks, limit, lowest = 0, weight } = value;
  const own = `${heatmap} is ${number(value.value)} at cell ${at(cell)}`;
  if (weight !== undefined) return `${own}, ${weightedInWords(value, weight)}.`;
  if (larger) {
    const [here, there] = numbersApart(value.value, larger.value);
    return `${heatmap} is ${here} at cell ${at(cell)}, which is no peak: cell ${at(larger.cell)} nearby has ${there}.`;
  }
  if (rank === undefined) return `${own}: there is nothing.`;
  const place = `${own}, a peak, ${ordinal(rank)} of ${count(peaks, "peak")}`;
  if (rank <= limit) return `${place}.`;
  const [, last] = numbersApart(value.value, lowest);
  return `${place}; only the best ${limit} are used, and the last of them has ${last}.`;
}

function weightedInWords({ value, rank, peaks, lowest = 0 }: CellValue, weight: number): string {
  if (rank === undefined) return "so it cannot be the person's center";
  const [own, best] = numbersApart(Math.fround(value * weight), lowest);
  const product = `${own} with its weight ${number(weight)} for the distance from the middle`;
  if (rank === 1) return `${product}, the best of ${count(peaks, "cell")}`;
  return `${product}, ${ordinal(rank)} of ${count(peaks, "cell")}; the model finds one person, and the best has ${best}`;
}

function tripletsInWords(why: TripletWhy): string[] {
  const { label, views, pairs, best, nearest } = why;
  const heatmaps = views.flatMap((view, _, all) => {
    const where = all.length > 1 ? `${viewInWords(view)}, ` : "";
    return (["center", "topLeft", "bottomRight"] as const).map((kind) => {
      return capital(`${where}${valueInWords(view[kind], `the ${HEATMAPS[kind]} heatmap of ${label}`)}`);
    });
  });
  const all = Object.values(pairs).reduce((sum, amount) => sum + amount, 0);
  if (all === 0) {
    heatmaps.push(`No pair of corners of ${label} has this pixel in its central region.`);
  } else {
    const rejected = (Object.keys(PAIR_REJECTIONS) as PairRejection[])
      .filter((reason) => pairs[reason] > 0)
      .map((reason) => `${pairs[reason]} ${PAIR_REJECTIONS[reason]}`);
    const outcomes = [`${pairs.accepted} confirmed by a center`, ...rejected];
    const have = all === 1 ? "has" : "have";
    heatmaps.push(
      `${count(all, "pair")} of corners of ${label} ${have} this pixel in ${all === 1 ? "its" : "their"} central region: ${list(outcomes)}.`,
      ...best.map(pairInWords),
    );
  }
  const corners = (["topLeft", "bottomRight"] as const).map((kind) => {
    const places = nearest[kind].map((peak) => `${at(peak)} (${number(peak.score)})`);
    return places.length > 0
      ? `The nearest ${HEATMAPS[kind]}s of ${label}: ${places.join(", ")}.`
      : `There is no ${HEATMAPS[kind]} of ${label} among the best peaks.`;
  });
  return [...heatmaps, ...corners];
}

const HEATMAPS = {
  center: "center",
  topLeft: "top-left corner",
  bottomRight: "bottom-right corner",
} as const;

function viewInWords({ scale, mirrored }: TripletWhyView): string {
  return `in the ${mirrored ? "mirrored " : ""}view at scale ${scale}`;
}

function pairInWords(pair: WhyPair): string {
  const { topLeft, bottomRight, score, outcome, fate, detection, embeddingDistance } = pair;
  const corners = `${at(topLeft)} (${number(topLeft.score)}) and ${at(bottomRight)} (${number(bottomRight.score)})`;
  const shown = detection === undefined ? fate && TRIPLET_FATES[fate] : `detection ${detection + 1}`;
  const what =
    outcome === "accepted"
      ? `confirmed by a center, ${shown}`
      : `${PAIR_REJECTIONS[outcome]}${outcome === "embedding" ? ` (${embeddingDistance.toFixed(2)})` : ""}`;
  return `The pair ${corners}, score ${number(score)}: ${what}.`;
}
