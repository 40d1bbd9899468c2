import { ChannelsLastCall } from "./generated/calls";

/**
 * Writes a map in the layout of tensors, [cells][channels], so that one copy takes it out of memory. Units: runs of `unitCells`
 * cells, a multiple of four. What each unit has seen goes to `findings`: 1 if a number is not finite, plus 2 if one is not 0.
 *
 * Four cells at a time are a cache line of a plane. Cell by cell, the lines of many planes, a power of two apart, would put
 * each other out of the cache before they are read to the end.
 */
export function channelsLast(address: usize, unit: i32): void {
  const call = ChannelsLastCall.at(address);
  const planeBytes = call.cells * 16;
  const cellBytes = call.channels * 4;
  const first = unit * call.unitCells;
  const count = min(call.unitCells, call.cells - first);
  const target = call.destination + first * cellBytes;
  for (let cell = 0; cell < count; cell += 4) {
    const together = min(4, count - cell);
    let source = call.source + (first + cell) * 16;
    let place = target + cell * cellBytes;
    for (let rest = call.channels; rest > 0; rest -= 4) {
      if (rest >= 4 && together === 4) {
        v128.store(place, v128.load(source));
        v128.store(place + cellBytes, v128.load(source, 16));
        v128.store(place + 2 * cellBytes, v128.load(source, 32));
        v128.store(place + 3 * cellBytes, v128.load(source, 48));
      } else {
        for (let k = 0; k < together; k++) storeFirst(min(rest, 4), place + k * cellBytes, source + k * 16);
      }
      source += planeBytes;
      place += 16;
    }
  }
  store<i32>(call.findings + unit * 4, findingsIn(target, count * cellBytes));
}

/** Copies the first numbers of a vector. */
function storeFirst(count: i32, place: usize, source: usize): void {
  const value = v128.load(source);
  if (count === 4) {
    v128.store(place, value);
  } else {
    if (count >= 2) v128.store_lane<f64>(place, value, 0);
    else v128.store_lane<f32>(place, value, 0);
    if (count === 3) v128.store_lane<f32>(place, value, 2, 8);
  }
}

function findingsIn(start: usize, bytes: i32): i32 {
  const end = start + bytes;
  let notFinite = i32x4.splat(0);
  let notZero = i32x4.splat(0);
  let place = start;
  for (; place + 16 <= end; place += 16) {
    const x = v128.load(place);
    // Only of a finite number is the difference with itself a number.
    const difference = f32x4.sub(x, x);
    notFinite = v128.or(notFinite, f32x4.ne(difference, difference));
    notZero = v128.or(notZero, f32x4.ne(x, f32x4.splat(0)));
  }
  for (; place < end; place += 4) {
    const x = v128.load32_splat(place);
    const difference = f32x4.sub(x, x);
    notFinite = v128.or(notFinite, f32x4.ne(difference, difference));
    notZero = v128.or(notZero, f32x4.ne(x, f32x4.splat(0)));
  }
  return (v128.any_true(notFinite) ? 1 : 0) + (v128.any_true(notZero) ? 2 : 0);
}
