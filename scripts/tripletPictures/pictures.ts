import { cascadeFigure, centerPoolFigure, cornerPoolFigure } from "./poolFigures.ts";
import { explainKites, explanationLines, illustratedPools } from "./project.ts";
import { heatmapFigure, regionFigure, tripletFigure } from "./tripletFigures.ts";

/** The files of docs/triplets, by name. */
export async function tripletPictures(): Promise<Record<string, string>> {
  const maps = await illustratedPools();
  return {
    "corner-pooling.svg": cornerPoolFigure(maps),
    "cascade-corner-pooling.svg": cascadeFigure(maps),
    "center-pooling.svg": centerPoolFigure(maps),
    "heatmaps.svg": heatmapFigure(),
    "central-regions.svg": regionFigure(),
    "triplets.svg": tripletFigure(),
  };
}

/** What `centernet detect --explain` prints for the kites. */
export function kiteExplanation(): string {
  const { detections, explanation } = explainKites();
  return explanationLines(detections, explanation)
    .map((line) => `${line.replace(/^ {2}/, "")}\n`)
    .join("");
}
