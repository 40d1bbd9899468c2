import type { Picture } from "../picture.ts";
import { type DrawingSizes, readableOn } from "./drawingSizes.ts";
import { placeLabel } from "./placeLabel.ts";
import { type Colour, fillRounded, type Rectangle } from "./shapes.ts";
import { drawText, textWidth } from "./text.ts";

export interface Label {
  text: string;
  /** What it belongs to; inside the picture. */
  box: Rectangle;
  colour: Colour;
}

/** Below this height letters cannot be read, and a label is shortened instead of made smaller. */
const SMALLEST_CAPITALS = 6;

/** Small boxes get smaller letters, down to this part of the usual size. */
const SMALLEST_PART = 0.7;

/** Writes labels, each on a plate of its colour; the first ones have the better places and lie on top. */
export function drawLabels(picture: Picture, labels: readonly Label[], sizes: DrawingSizes): void {
  const plates: Plate[] = [];
  for (const label of labels) {
    const fitted = fitText(label.text, label.box, picture.width, sizes);
    if (!fitted) continue;
    const padding = paddingFor(fitted.capitalHeight);
    const size = {
      width: textWidth(fitted.text, fitted.capitalHeight) + 2 * padding,
      // Descenders reach into the padding.
      height: fitted.capitalHeight + 2 * padding,
    };
    const taken = plates.map((plate) => plate.place);
    plates.push({ ...fitted, colour: label.colour, place: placeLabel(size, label.box, picture, taken) });
  }
  for (const plate of plates.reverse()) drawPlate(picture, plate, sizes);
}

interface Plate {
  text: string;
  capitalHeight: number;
  colour: Colour;
  place: Rectangle;
}

function drawPlate(picture: Picture, plate: Plate, sizes: DrawingSizes): void {
  const { text, capitalHeight, colour, place } = plate;
  const padding = paddingFor(capitalHeight);
  fillRounded(picture, place, sizes.corner, { colour, opacity: 0.92 });
  const ink = { colour: readableOn(colour), opacity: 1 };
  drawText(picture, text, place.xmin + padding, place.ymin + padding, capitalHeight, ink);
}

function paddingFor(capitalHeight: number): number {
  return Math.max(2, Math.round(capitalHeight * 0.42));
}

/** The text and its size such that the label fits the picture's width; null where not a letter fits. */
function fitText(
  text: string,
  box: Rectangle,
  pictureWidth: number,
  sizes: DrawingSizes,
): { text: string; capitalHeight: number } | null {
  const widthAt = (shown: string, height: number) => textWidth(shown, height) + 2 * paddingFor(height);
  const forBox = Math.min(box.xmax - box.xmin, box.ymax - box.ymin) / 7;
  const smallest = Math.max(SMALLEST_CAPITALS, sizes.capitalHeight * SMALLEST_PART);
  let capitalHeight = Math.round(Math.min(sizes.capitalHeight, Math.max(smallest, forBox)));
  while (capitalHeight > SMALLEST_CAPITALS && widthAt(text, capitalHeight) > pictureWidth) capitalHeight--;

  let shown = text;
  for (let length = text.length - 1; widthAt(shown, capitalHeight) > pictureWidth; length--) {
    if (length < 1) return null;
    shown = `${text.slice(0, length)}..`;
  }
  return { text: shown, capitalHeight };
}
