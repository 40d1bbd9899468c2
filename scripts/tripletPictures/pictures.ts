import { explanationLines } from "../../src/cli/report/explanationLines.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import { encodeIndexedPng } from "./indexedPng.ts";
import { kiteFinding } from "./kiteScene.ts";
import { cascadeFigure, centerPoolFigure, cornerPoolFigure } from "./poolFigures.ts";
import { heatmapFigure, regionFigure, tripletFigure } from "./tripletFigures.ts";

const FIGURES: Readonly<Record<string, () => Promise<RgbImage>>> = {
  "corner-pooling.png": cornerPoolFigure,
  "cascade-corner-pooling.png": cascadeFigure,
  "center-pooling.png": centerPoolFigure,
  "heatmaps.png": heatmapFigure,
  "central-regions.png": regionFigure,
  "triplets.png": tripletFigure,
};

/** The files of docs/triplets by their names. */
export async function tripletPictures(): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const [name, draw] of Object.entries(FIGURES)) files.set(name, encodeIndexedPng(await draw()));
  return files;
}

/** What `centernet detect --explain` would print of the kites. */
export function kiteExplanation(): string {
  const { detections, explanation } = kiteFinding();
  return explanationLines(detections, explanation)
    .map((line) => `${line.replace(/^ {2}/, "")}\n`)
    .join("");
}
