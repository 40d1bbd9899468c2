import { CornerPoolCall } from "./generated/calls";

/**
 * The largest number from each cell to the end of its line. One scan from the end of each line compares every cell once,
 * with the result of its neighbor. Units: planes.
 *
 * `down` and `right` are the step from a cell to the next one that it looks at: one is 0, the other 1 or -1.
 */
export function cornerPool(address: usize, plane: i32): void {
  const call = CornerPoolCall.at(address);
  const first = plane * call.height * call.width * 16;
  if (call.down) scanRows(call, call.source + first, call.destination + first);
  else scanColumns(call, call.source + first, call.destination + first);
}

/** All columns at once, row by row, in the order of memory. */
function scanRows(call: CornerPoolCall, source: usize, destination: usize): void {
  const rowBytes = call.width * 16;
  const neighbor = call.down * rowBytes;
  let row = call.down > 0 ? call.height - 1 : 0;
  for (let column = 0; column < rowBytes; column += 16) {
    const place = row * rowBytes + column;
    v128.store(destination + place, v128.load(source + place));
  }
  for (let scanned = 1; scanned < call.height; scanned++) {
    row -= call.down;
    const start = row * rowBytes;
    for (let place = start; place < start + rowBytes; place += 16) {
      const largest = f32x4.max(v128.load(source + place), v128.load(destination + place + neighbor));
      v128.store(destination + place, largest);
    }
  }
}

/** One row after the other, each from its end. */
function scanColumns(call: CornerPoolCall, source: usize, destination: usize): void {
  const last = call.right > 0 ? call.width - 1 : 0;
  for (let row = 0; row < call.height; row++) {
    let place = (row * call.width + last) * 16;
    let largest = f32x4.splat(-Infinity);
    for (let scanned = 0; scanned < call.width; scanned++) {
      largest = f32x4.max(largest, v128.load(source + place));
      v128.store(destination + place, largest);
      place -= call.right * 16;
    }
  }
}
