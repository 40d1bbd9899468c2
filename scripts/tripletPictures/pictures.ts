import { explainKites, KITE_IMAGE, KITES } from "./kites.ts";
import { cascadeFigure, centerPoolFigure, cornerPoolFigure } from "./poolFigures.ts";
import { explanationLines } from "./project.ts";
import { heatmapFigure, regionFigure, tripletFigure } from "./tripletFigures.ts";

/** The files of docs/triplets, by name. */
export async function tripletPictures(): Promise<Record<string, string>> {
  return {
    "corner-pooling.svg": await cornerPoolFigure(),
    "cascade-corner-pooling.svg": await cascadeFigure(),
    "center-pooling.svg": await centerPoolFigure(),
    "heatmaps.svg": heatmapFigure(),
    "central-regions.svg": regionFigure(),
    "triplets.svg": tripletFigure(),
  };
}

/** What `centernet detect --explain` prints for the kites. */
export function kiteExplanation(): string {
  const { detections, explanation } = explainKites(KITES, KITE_IMAGE);
  return explanationLines(detections, explanation)
    .map((line) => `${line.replace(/^ {2}/, "")}\n`)
    .join("");
}
