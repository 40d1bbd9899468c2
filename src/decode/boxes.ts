/**
 * Boxes of the objects whose centers are at `cells` (flat), clipped to the map:
 *
 *     (height, width) = max(size, 0)
 *     (y, x) = cell + offset
 *     corners = (y, x) ∓ (height, width) / 2, clipped to [0, map height] and [0, map width]
 *
 * With `whole`, sizes are taken as they are and nothing is clipped. `sizes` and `offsets` hold the maps' values at those
 * cells, as rows of (y, x) in cells. Without offsets, centers lie in the middle of their cells. `map` is the size of the
 * maps in cells.
 *
 * @returns rows of (ymin, xmin, ymax, xmax) in cells, rounded to float32 after each operation as the original
 *   does.
 */
export function boxesInCells(
  cells: Int32Array,
  sizes: Float32Array,
  offsets: Float32Array | undefined,
  map: { readonly height: number; readonly width: number },
  whole = false,
): Float32Array {
  const boxes = new Float32Array(cells.length * 4);
  cells.forEach((cell, row) => {
    const sides = [map.height, map.width];
    const bounded = (value: number, axis: number) => (whole ? value : clip(value, sides[axis]));
    const corner = [Math.floor(cell / map.width), cell % map.width];
    for (let axis = 0; axis < 2; axis++) {
      const middle = Math.fround(corner[axis] + (offsets ? offsets[row * 2 + axis] : MIDDLE));
      const size = sizes[row * 2 + axis];
      const half = Math.fround((whole ? size : Math.max(size, 0)) / 2);
      boxes[row * 4 + axis] = bounded(Math.fround(middle - half), axis);
      boxes[row * 4 + 2 + axis] = bounded(Math.fround(middle + half), axis);
    }
  });
  return boxes;
}

/**
 * Converts rows of (ymin, xmin, ymax, xmax) in cells to fractions of a `height` × `width` image, clipped to [0, 1]
 * unless they are `whole`. `cell` is the side of a cell in pixels of that image.
 */
export function boxesAsFractions(
  boxes: Float32Array,
  { height, width }: { readonly height: number; readonly width: number },
  cell = 1,
  whole = false,
): Float32Array {
  return boxes.map((corner, i) => {
    const fraction = Math.fround(corner * cell) / (i % 2 === 0 ? height : width);
    return whole ? fraction : clip(fraction, 1);
  });
}

/** Of a cell, in cells from its corner. */
const MIDDLE = 0.5;

function clip(value: number, upper: number): number {
  return Math.max(0, Math.min(value, upper));
}
