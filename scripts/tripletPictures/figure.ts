import { fillRounded, strokeRounded } from "../../src/image/draw/shapes.ts";
import { drawText } from "../../src/image/draw/text.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import { blank, INK, PAPER } from "./marks.ts";

export interface Panel {
  readonly title: string;
  readonly picture: RgbImage;
}

/** Pages show the figures at half their size, so that they are sharp on fine screens, too. */
const MARGIN = 24;
const GAP = 36;
const TITLE_HEIGHT = 56;
const CAPITAL_HEIGHT = 19;

/** Panels of one size in two columns, row by row, each with a letter and its title above it. */
export function figure(panels: readonly Panel[]): RgbImage {
  const { width, height } = panels[0].picture;
  const rows = Math.ceil(panels.length / 2);
  const sheet = blank(2 * (MARGIN + width) + GAP, rows * (TITLE_HEIGHT + height) + 2 * MARGIN - 8, PAPER);
  for (const [index, { title, picture }] of panels.entries()) {
    const left = MARGIN + (index % 2) * (width + GAP);
    const top = Math.floor(index / 2) * (TITLE_HEIGHT + height) + 8;
    const letter = String.fromCharCode("a".charCodeAt(0) + index);
    const baseline = top + TITLE_HEIGHT - CAPITAL_HEIGHT - 16;
    fillRounded(sheet, { xmin: left, ymin: baseline - 9, xmax: left + 34, ymax: baseline + 28 }, 8, INK);
    drawText(sheet, letter, left + 11, baseline, CAPITAL_HEIGHT, { color: PAPER, opacity: 1 });
    drawText(sheet, title, left + 50, baseline, CAPITAL_HEIGHT, INK);
    paste(sheet, picture, left, top + TITLE_HEIGHT);
    const frame = {
      xmin: left,
      ymin: top + TITLE_HEIGHT,
      xmax: left + width,
      ymax: top + TITLE_HEIGHT + height,
    };
    strokeRounded(sheet, frame, 0, 1, { ...INK, opacity: 0.5 });
  }
  return sheet;
}

function paste(sheet: RgbImage, picture: RgbImage, left: number, top: number): void {
  for (let y = 0; y < picture.height; y++) {
    const row = picture.data.subarray(y * picture.width * 3, (y + 1) * picture.width * 3);
    sheet.data.set(row, ((top + y) * sheet.width + left) * 3);
  }
}
