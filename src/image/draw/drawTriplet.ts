import type { CornerEvidence, PeakEvidence, TripletEvidence } from "../../detection.ts";
import type { RgbImage } from "../rgbImage.ts";
import { BLACK, type DrawingSizes, WHITE } from "./drawingSizes.ts";
import { type Color, fillDisc, fillRounded, strokeRounded } from "./shapes.ts";

/** Two corners to draw, and if known the center and the central region. */
export type DrawnTriplet = Pick<CornerEvidence, "topLeft" | "bottomRight"> &
  Partial<Pick<TripletEvidence, "center" | "centralRegion">>;

/**
 * Draws a triplet onto the image: corners as colored dots with a white core, the center as a white dot with a
 * colored core, the central region as a tinted area.
 */
export function drawTriplet(
  image: RgbImage,
  { topLeft, bottomRight, center, centralRegion: region }: DrawnTriplet,
  color: Color,
  { lineRadius, rim, dotRadius }: DrawingSizes,
): void {
  if (region && region.xmin < region.xmax && region.ymin < region.ymax) {
    fillRounded(image, region, 0, { color, opacity: 0.3 });
    strokeRounded(image, region, 0, lineRadius * 0.6, { color: WHITE, opacity: 0.9 });
  }
  const dot = ({ x, y }: PeakEvidence, outer: Color, core: Color) => {
    if (!Number.isFinite(x) || !Number.isFinite(y)) return;
    fillDisc(image, { x, y }, dotRadius * 1.3 + rim, { color: BLACK, opacity: 0.55 });
    fillDisc(image, { x, y }, dotRadius * 1.3, { color: outer, opacity: 1 });
    fillDisc(image, { x, y }, dotRadius * 0.6, { color: core, opacity: 1 });
  };
  for (const corner of [topLeft, bottomRight]) dot(corner, color, WHITE);
  if (center) dot(center, WHITE, color);
}
