import type { RgbImage } from "../rgbImage.ts";
import { type DrawingSizes, readableOn } from "./drawingSizes.ts";
import { placeLabel } from "./placeLabel.ts";
import { type Color, fillRounded, type Rectangle } from "./shapes.ts";
import { drawText, textWidth } from "./text.ts";

export interface Label {
  text: string;
  /** The box that the label belongs to, clipped to the image. */
  box: Rectangle;
  color: Color;
}

/** Smaller letters are illegible, so a label is shortened instead. */
const SMALLEST_CAPITALS = 6;

/** Of a label, which may come from a file. No box has room for more. */
const MAX_LETTERS = 500;

/** Small boxes get smaller letters, down to this fraction of the usual size. */
const SMALLEST_PART = 0.7;

/** Writes labels, each on a plate of its color. Earlier labels get better places and lie on top. */
export function drawLabels(image: RgbImage, labels: readonly Label[], sizes: DrawingSizes): void {
  const plates: Plate[] = [];
  for (const label of labels) {
    const fitted = fitText(label.text, label.box, image.width, sizes);
    if (!fitted) continue;
    const padding = paddingFor(fitted.capitalHeight);
    const size = {
      width: textWidth(fitted.text, fitted.capitalHeight) + 2 * padding,
      // Descenders extend into the padding.
      height: fitted.capitalHeight + 2 * padding,
    };
    const taken = plates.map((plate) => plate.place);
    plates.push({ ...fitted, color: label.color, place: placeLabel(size, label.box, image, taken) });
  }
  for (const plate of plates.reverse()) drawPlate(image, plate, sizes);
}

interface Plate {
  text: string;
  capitalHeight: number;
  color: Color;
  place: Rectangle;
}

function drawPlate(image: RgbImage, plate: Plate, sizes: DrawingSizes): void {
  const { text, capitalHeight, color, place } = plate;
  const padding = paddingFor(capitalHeight);
  fillRounded(image, place, sizes.corner, { color, opacity: 0.92 });
  const ink = { color: readableOn(color), opacity: 1 };
  drawText(image, text, place.xmin + padding, place.ymin + padding, capitalHeight, ink);
}

function paddingFor(capitalHeight: number): number {
  return Math.max(2, Math.round(capitalHeight * 0.42));
}

/** Shortens and scales the text until the label fits the image's width; null if not even one letter fits. */
function fitText(
  fullText: string,
  box: Rectangle,
  imageWidth: number,
  sizes: DrawingSizes,
): { text: string; capitalHeight: number } | null {
  const text = fullText.length <= MAX_LETTERS ? fullText : `${fullText.slice(0, MAX_LETTERS)}..`;
  const widthAt = (shown: string, height: number) => textWidth(shown, height) + 2 * paddingFor(height);
  const forBox = Math.min(box.xmax - box.xmin, box.ymax - box.ymin) / 7;
  const smallest = Math.max(SMALLEST_CAPITALS, sizes.capitalHeight * SMALLEST_PART);
  let capitalHeight = Math.round(Math.min(sizes.capitalHeight, Math.max(smallest, forBox)));
  while (capitalHeight > SMALLEST_CAPITALS && widthAt(text, capitalHeight) > imageWidth) capitalHeight--;

  if (widthAt(text, capitalHeight) <= imageWidth) return { text, capitalHeight };
  const shownAt = (length: number) => `${text.slice(0, length)}..`;
  let fits = 0;
  let tooLong = text.length;
  while (fits + 1 < tooLong) {
    const length = (fits + tooLong) >> 1;
    if (widthAt(shownAt(length), capitalHeight) <= imageWidth) fits = length;
    else tooLong = length;
  }
  return fits > 0 ? { text: shownAt(fits), capitalHeight } : null;
}
