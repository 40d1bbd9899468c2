import type { CornerEvidence, PeakEvidence, TripletEvidence } from "../../detection.ts";
import type { Picture } from "../picture.ts";
import { BLACK, type DrawingSizes, WHITE } from "./drawingSizes.ts";
import { type Colour, fillDisc, fillRounded, strokeRounded } from "./shapes.ts";

/** What is drawn of two corners, with the center and the region that it has to lie in, where they are known. */
export type DrawnTriplet = Pick<CornerEvidence, "topLeft" | "bottomRight"> &
  Partial<Pick<TripletEvidence, "center" | "centralRegion">>;

/**
 * Draws on the picture: the corners as dots of the colour with a white core, the center as a white dot with a
 * core of the colour, the central region as a tinted area.
 */
export function drawTriplet(
  picture: Picture,
  { topLeft, bottomRight, center, centralRegion: region }: DrawnTriplet,
  colour: Colour,
  { lineRadius, rim, dotRadius }: DrawingSizes,
): void {
  if (region && region.xmin < region.xmax && region.ymin < region.ymax) {
    fillRounded(picture, region, 0, { colour, opacity: 0.3 });
    strokeRounded(picture, region, 0, lineRadius * 0.6, { colour: WHITE, opacity: 0.9 });
  }
  const dot = ({ x, y }: PeakEvidence, outer: Colour, core: Colour) => {
    if (!Number.isFinite(x) || !Number.isFinite(y)) return;
    fillDisc(picture, { x, y }, dotRadius * 1.3 + rim, { colour: BLACK, opacity: 0.55 });
    fillDisc(picture, { x, y }, dotRadius * 1.3, { colour: outer, opacity: 1 });
    fillDisc(picture, { x, y }, dotRadius * 0.6, { colour: core, opacity: 1 });
  };
  for (const corner of [topLeft, bottomRight]) dot(corner, colour, WHITE);
  if (center) dot(center, WHITE, colour);
}
