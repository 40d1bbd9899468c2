import type { Rectangle } from "./shapes.ts";

export interface Size {
  width: number;
  height: number;
}

/**
 * Finds a place for a label at its box, entirely inside the image. Candidates in order: above the box, inside its
 * top, below it, inside its bottom, and higher above; each at the left and at the right. The candidate that
 * overlaps the labels already placed the least wins; of equals, the first.
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
