import { MaxPoolCall } from "./generated/calls";

/**
 * The largest number in each window: first down each column, a result that the windows of a row share, then across.
 * Units: planes. Scratch: the largest number of each padded column.
 */
export function maxPool(address: usize, plane: i32, scratch: usize): void {
  const call = MaxPoolCall.at(address);
  const side = call.kernel;
  const source = call.source + plane * call.height * call.width * 16;
  const outside = f32x4.splat(call.outside);
  let destination = call.destination + plane * call.outputHeight * call.outputWidth * 16;

  const columns = scratch + call.padLeft * 16;
  for (let column = 0; column < call.paddedWidth; column++) v128.store(scratch + column * 16, outside);
  for (let row = 0; row < call.outputHeight; row++) {
    const top = row * call.stride - call.padTop;
    const first = max(top, 0);
    const end = min(top + side, call.height);
    const start = first > top || end < top + side ? outside : f32x4.splat(-Infinity);
    for (let column = 0; column < call.width; column++) {
      let largest = start;
      for (let y = first; y < end; y++) {
        largest = f32x4.max(largest, v128.load(source + (y * call.width + column) * 16));
      }
      v128.store(columns + column * 16, largest);
    }
    for (let column = 0; column < call.outputWidth; column++) {
      const cells = scratch + column * call.stride * 16;
      let largest = v128.load(cells);
      for (let v = 1; v < side; v++) largest = f32x4.max(largest, v128.load(cells + v * 16));
      v128.store(destination, largest);
      destination += 16;
    }
  }
}
