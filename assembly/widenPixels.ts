import { WidenPixelsCall } from "./generated/calls";

/** Widens the pixels of an image, three numbers each, to cells of four, the last of them 0. Units: parts of the image. */
export function widenPixels(address: usize, part: i32): void {
  const call = WidenPixelsCall.at(address);
  const mask = v128(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0);
  const first = part * call.partCells;
  let source = call.source + first * 12;
  let target = call.destination + first * 16;
  const end = target + min(call.partCells, call.cells - first) * 16;
  for (; target + 64 <= end; target += 64, source += 48) {
    const first = v128.load(source);
    const second = v128.load(source, 16);
    const third = v128.load(source, 32);
    v128.store(target, v128.and(first, mask));
    v128.store(target, v128.and(v128.shuffle<f32>(first, second, 3, 4, 5, 5), mask), 16);
    v128.store(target, v128.and(v128.shuffle<f32>(second, third, 2, 3, 4, 4), mask), 32);
    v128.store(target, v128.and(v128.shuffle<f32>(third, third, 1, 2, 3, 3), mask), 48);
  }
  for (; target < end; target += 16, source += 12) {
    const red = load<f32>(source);
    const green = load<f32>(source, 4);
    const blue = load<f32>(source, 8);
    store<f32>(target, red);
    store<f32>(target, green, 4);
    store<f32>(target, blue, 8);
    store<f32>(target, 0, 12);
  }
}
