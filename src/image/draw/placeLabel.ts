import type { Rectangle } from "./shapes.ts";

export interface Size {
  width: number;
  height: number;
}

/**
 * A place for a label at its box, wholly inside the image: above the box if there is room, else inside its
 * top, below or inside its bottom or higher above, at the left or the right; the one that covers the labels already placed
 * the least, the first of equals.
 */
export function placeLabel(
  label: Size,
  box: Rectangle,
  image: Size,
  placed: readonly Rectangle[],
): Rectangle {
  const { height } = label;
  const rows = [box.ymin - height, box.ymin, box.ymax, box.ymax - height, box.ymin - 2 * height];
  const columns = [box.xmin, box.xmax - label.width];
  let best: Rectangle | null = null;
  let leastCovered = Infinity;
  for (const column of columns) {
    for (const row of rows) {
      const xmin = Math.round(clamp(column, 0, image.width - label.width));
      const ymin = Math.round(clamp(row, 0, image.height - label.height));
      const place = { xmin, ymin, xmax: xmin + label.width, ymax: ymin + label.height };
      const covered = placed.reduce((sum, other) => sum + commonArea(place, other), 0);
      if (best && covered >= leastCovered) continue;
      best = place;
      leastCovered = covered;
    }
  }
  return best ?? box;
}

function commonArea(a: Rectangle, b: Rectangle): number {
  const width = Math.min(a.xmax, b.xmax) - Math.max(a.xmin, b.xmin);
  const height = Math.min(a.ymax, b.ymax) - Math.max(a.ymin, b.ymin);
  return Math.max(0, width) * Math.max(0, height);
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}
