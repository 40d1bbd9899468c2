import type { Box } from "../../detection.ts";
import type { RgbImage } from "../rgbImage.ts";
import { BLACK, type DrawingSizes } from "./drawingSizes.ts";
import { type Paint, type Rectangle, strokeRounded } from "./shapes.ts";

/** The box clipped to the image, far enough from the border to show the whole line. */
export function frameOf(box: Box, image: RgbImage, { lineRadius, rim }: DrawingSizes): Rectangle {
  const inset = lineRadius + rim;
  const x = (value: number) => Math.max(inset, Math.min(value, image.width - inset));
  const y = (value: number) => Math.max(inset, Math.min(value, image.height - inset));
  return { xmin: x(box.xmin), ymin: y(box.ymin), xmax: x(box.xmax), ymax: y(box.ymax) };
}

/** A box with a dark rim. */
export function drawFrame(image: RgbImage, frame: Rectangle, paint: Paint, sizes: DrawingSizes): void {
  const { corner, lineRadius, rim } = sizes;
  const shade = { color: BLACK, opacity: 0.45 * paint.opacity };
  strokeRounded(image, frame, corner, lineRadius + rim, shade);
  strokeRounded(image, frame, corner, lineRadius, paint);
}

/** Far beyond any image, yet small enough for exact drawing arithmetic. */
const FARTHEST = 1e6;

export function isFinitePlace(coordinates: readonly number[]): boolean {
  return coordinates.every((coordinate) => Math.abs(coordinate) <= FARTHEST);
}
