import type { Tensor } from "../tensor.ts";

/**
 * Boxes of the objects whose centres are `cells` (flat, y · width + x), clipped to the map:
 *
 *     (height, width) = max(size[cell], 0)
 *     (y, x) = cell + offset[cell]
 *     corners = (y, x) ∓ (height, width) / 2, clipped to [0, map height] and [0, map width]
 *
 * `size` and `offset` are [1, h, w, 2], y before x, in cells. Returns rows of (ymin, xmin, ymax, xmax) in
 * cells, rounded to float32 after each operation as the original does.
 */
export function boxesInCells(cells: Int32Array, size: Tensor, offset: Tensor): Float32Array {
  const [, mapHeight, mapWidth] = size.shape;
  const boxes = new Float32Array(cells.length * 4);
  cells.forEach((cell, row) => {
    const sides = [mapHeight, mapWidth];
    const corner = [Math.floor(cell / mapWidth), cell % mapWidth];
    for (let axis = 0; axis < 2; axis++) {
      const middle = Math.fround(corner[axis] + offset.data[cell * 2 + axis]);
      const half = Math.fround(Math.max(size.data[cell * 2 + axis], 0) / 2);
      boxes[row * 4 + axis] = clip(Math.fround(middle - half), sides[axis]);
      boxes[row * 4 + 2 + axis] = clip(Math.fround(middle + half), sides[axis]);
    }
  });
  return boxes;
}

/**
 * Rows of (ymin, xmin, ymax, xmax) from cells to fractions of a `height` × `width` picture, in [0, 1].
 * `cell` is a cell's side in the picture's pixels.
 */
export function boxesAsFractions(boxes: Float32Array, height: number, width: number, cell = 1): Float32Array {
  return boxes.map((corner, i) => clip(Math.fround(corner * cell) / (i % 2 === 0 ? height : width), 1));
}

function clip(value: number, upper: number): number {
  return Math.max(0, Math.min(value, upper));
}
