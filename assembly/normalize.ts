import { NormalizeCall, NormalizePixelsCall } from "./generated/calls";

/**
 * y = (x[order] - mean) * scale / divisor + offset if input and output are one plane each, as images are.
 * Units: parts of the map. Numbers: [mean, scale, divisor, offset][4]; order: four channels of the input.
 */
export function normalizePixels(address: usize, part: i32): void {
  const call = NormalizePixelsCall.at(address);
  const mean = v128.load(call.numbers);
  const scale = v128.load(call.numbers, 16);
  const divisor = v128.load(call.numbers, 32);
  const offset = v128.load(call.numbers, 48);
  // The source of each byte of a cell. The bytes of channel c are 4c to 4c + 3.
  const firstBytes = i32x4.mul(v128.load(call.order), i32x4.splat(0x04040404));
  const bytes = i32x4.add(firstBytes, i32x4.splat(0x03020100));
  const end = min((part + 1) * call.partCells, call.cells) * 16;
  for (let place = part * call.partCells * 16; place < end; place += 16) {
    const value = i8x16.swizzle(v128.load(call.source + place), bytes);
    const scaled = f32x4.div(f32x4.mul(f32x4.sub(value, mean), scale), divisor);
    v128.store(call.destination + place, f32x4.add(scaled, offset));
  }
}

/**
 * The same for any number of channels, one number at a time.
 * Units: output planes. Numbers: [mean, scale, divisor, offset][planes][4]; order: [planes * 4] channels of the input.
 */
export function normalize(address: usize, plane: i32): void {
  const call = NormalizeCall.at(address);
  const list = call.listBytes;
  for (let lane = 0; lane < 4; lane++) {
    const channel = plane * 4 + lane;
    const numbers = call.numbers + channel * 4;
    const mean = load<f32>(numbers);
    const scale = load<f32>(numbers + list);
    const divisor = load<f32>(numbers + 2 * list);
    const offset = load<f32>(numbers + 3 * list);
    const from = load<i32>(call.order + channel * 4);
    let source = call.source + (from >> 2) * call.cells * 16 + (from & 3) * 4;
    let destination = call.destination + plane * call.cells * 16 + lane * 4;
    for (let cell = 0; cell < call.cells; cell++) {
      store<f32>(destination, ((load<f32>(source) - mean) * scale) / divisor + offset);
      source += 16;
      destination += 16;
    }
  }
}
