import { UpsampleBilinearCall, UpsampleNearestCall } from "./generated/calls";

/** Writes each cell four times. Units: planes. */
export function upsampleNearest(address: usize, plane: i32): void {
  const call = UpsampleNearestCall.at(address);
  const rowBytes = call.width * 32;
  let source = call.source + plane * call.height * call.width * 16;
  let destination = call.destination + plane * call.height * rowBytes * 2;
  for (let row = 0; row < call.height; row++) {
    for (let column = 0; column < call.width; column++) {
      const value = v128.load(source);
      v128.store(destination, value);
      v128.store(destination, value, 16);
      v128.store(destination + rowBytes, value);
      v128.store(destination + rowBytes, value, 16);
      source += 16;
      destination += 32;
    }
    destination += rowBytes;
  }
}

/** Bilinear with half-pixel centers: first along rows, then between them. Units: planes. */
export function upsampleBilinear(address: usize, plane: i32): void {
  const call = UpsampleBilinearCall.at(address);
  const height = call.height;
  const width = call.width;
  const source = call.source + plane * height * width * 16;
  let destination = call.destination + plane * height * width * 64;
  for (let row = 0; row < 2 * height; row++) {
    const top = source + max((row - 1) >> 1, 0) * width * 16;
    const bottom = source + min((row + 1) >> 1, height - 1) * width * 16;
    const down = f32x4.splat(row & 1 ? 0.25 : 0.75);
    for (let column = 0; column < 2 * width; column++) {
      const left = max((column - 1) >> 1, 0) * 16;
      const right = min((column + 1) >> 1, width - 1) * 16;
      const across = f32x4.splat(column & 1 ? 0.25 : 0.75);
      const above = between(v128.load(top + left), v128.load(top + right), across);
      const below = between(v128.load(bottom + left), v128.load(bottom + right), across);
      v128.store(destination, between(above, below, down));
      destination += 16;
    }
  }
}

function between(a: v128, b: v128, fraction: v128): v128 {
  return f32x4.add(a, f32x4.mul(f32x4.sub(b, a), fraction));
}
