/**
 * A window's rows of one plane, padded left and right, in a ring: row r of the padded map lies in slot
 * r modulo the window's side. Each input row is copied once and stays in the first cache while it is used, and
 * whatever slides over it needs to know nothing of borders.
 */

/** Fills all slots, since copied rows leave the padding beside them as it is. */
export function clearRows(ring: usize, side: i32, paddedWidth: i32, outside: v128): void {
  fill(ring, side * paddedWidth, outside);
}

/** Brings padded row `row` into its slot; `plane` is the input's first cell. */
export function bringRow(
  ring: usize,
  row: i32,
  side: i32,
  paddedWidth: i32,
  plane: usize,
  height: i32,
  width: i32,
  padTop: i32,
  padLeft: i32,
  outside: v128,
): void {
  const slot = ring + (row % side) * paddedWidth * 16;
  const source = row - padTop;
  if (source < 0 || source >= height) {
    fill(slot, paddedWidth, outside);
    return;
  }
  const from = plane + source * width * 16;
  const to = slot + padLeft * 16;
  for (let cell = 0; cell < width; cell++) v128.store(to + cell * 16, v128.load(from + cell * 16));
}

function fill(target: usize, cells: i32, value: v128): void {
  for (let cell = 0; cell < cells; cell++) v128.store(target + cell * 16, value);
}
