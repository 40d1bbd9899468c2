/** The steps of a decode, each with the maps that show it and a sentence with its numbers. */

import { plain } from "../../components/numbers.ts";
import type { DecodeMap } from "../../worker/decode.ts";
import type { Candidate, Decoded, ShownMap } from "./answers.ts";

/** Of all decodes. */
export const STEP_NAMES = [
  "heatmap",
  "weighted",
  "maximum",
  "peaks",
  "offset",
  "size",
  "box",
  "regressed",
  "weights",
  "chosen",
  "refined",
  "image",
] as const;
export type StepName = (typeof STEP_NAMES)[number];

export interface Step {
  readonly name: StepName;
  readonly title: string;
  /** One map beside the image, or two beside each other. */
  readonly maps: readonly DecodeMap[];
}

/** The steps that this model's decode has. */
export function stepsOf({ family, view, candidates }: Decoded): Step[] {
  const [first] = candidates;
  const { window } = view;
  const weighs = first?.weight !== undefined;
  const step = (name: StepName, title: string, ...maps: DecodeMap[]): Step => ({ name, title, maps });
  const steps = [step("heatmap", "Heatmap", "heatmap")];
  if (weighs) steps.push(step("weighted", "Weights", "heatmap", "weighted"));
  if (window) {
    steps.push(step("maximum", `${window} × ${window} maximum`, "heatmap", "maximum"));
    steps.push(step("peaks", "Peaks", "peaks"));
  }
  if (first?.offset) steps.push(step("offset", "Offset", "heatmap"));
  if (first?.size) steps.push(step("size", "Size", "heatmap"), step("box", "Box", "heatmap"));
  if (first?.keypoints?.length) {
    steps.push(step("regressed", "Keypoint", "keypoint"));
    if (family === "poses") steps.push(step("weights", "Weights", "keypoint", "ranking"));
    steps.push(step("chosen", "Chosen cell", family === "poses" ? "ranking" : "keypoint"));
    steps.push(step("refined", "Refined", "keypoint"));
  }
  return [...steps, step("image", "Image", "heatmap")];
}

/** The library's words as a page writes them: `21.0 × 34.7` and `right eye`. */
export function onPage(words: string): string {
  return words.replace(/(\d) x (?=\d)/g, "$1 × ").replace(/\b(left|right)_(?=[a-z])/g, "$1 ");
}

/** What a step does, with the numbers of the chosen peak. */
export function sentencesOf(
  { name }: Step,
  { view, summary, family }: Decoded,
  candidate: Candidate,
  keypoint: number,
  heatmap?: ShownMap,
): string[] {
  const { words, label, size, keypoints = [] } = candidate;
  const point = keypoints[keypoint];
  switch (name) {
    case "heatmap": {
      const largest = heatmap ? ` The largest value is ${plain(heatmap.max)}.` : "";
      return [
        `For each of ${view.mapWidth} × ${view.mapHeight} cells the network says from 0 to 1 how likely the center of a ${label} lies there.${largest}`,
        words.place,
      ];
    }
    case "weighted":
      return [
        "The model finds one person, so it prefers the middle: each value is multiplied with a weight that falls with the distance from there.",
        words.place,
      ];
    case "maximum":
      return [
        `Each cell takes the largest value of the ${view.window} × ${view.window} cells around it. Where that changes nothing, no neighbor is larger: there is a peak.`,
        words.place,
      ];
    case "peaks":
      return [summary, words.place];
    case "offset":
      return [
        "A cell covers several pixels, so the network also says where in its cell the center lies.",
        words.offset ?? "",
      ];
    case "size":
      return [
        `The network's size at this cell is ${size?.width.toFixed(1)} × ${size?.height.toFixed(1)} cells: half of it to each side of the center.`,
      ];
    case "box":
      return [words.size ?? ""];
    case "regressed":
      return [
        `At the same cell the network says where each keypoint should be. That is a guess from afar: ${point?.name} is expected at ${place(point?.regressed)} of the image.`,
      ];
    case "weights":
      return [
        `The heatmap of ${point?.name} has peaks at every person. It is weighted with the distance from the expected place, so that the nearest one wins.`,
        ...ranked(point),
      ];
    case "chosen":
      return [...ranked(point), ...(family === "poses" ? [] : [words.keypoints[keypoint]])];
    case "refined":
      return [
        "An offset moves the keypoint from the chosen cell's corner to its place in the cell.",
        words.keypoints[keypoint],
      ];
    case "image":
      return [words.box, words.outcome];
  }
}

type Keypoint = NonNullable<Candidate["keypoints"]>[number];

function ranked(point: Keypoint | undefined): string[] {
  const { candidate } = point ?? {};
  if (!candidate) return [`No cell of the box has a value for ${point?.name}.`];
  const { cell, value, ranked, distance } = candidate;
  return [
    `The best is cell ${cell.x},${cell.y}: its value is ${plain(value)}, ${distance.toFixed(1)} cells away, and it ranks with ${plain(ranked)}.`,
  ];
}

function place(point?: { readonly x: number; readonly y: number }): string {
  return point ? `${point.x.toFixed(0)},${point.y.toFixed(0)}` : "";
}
