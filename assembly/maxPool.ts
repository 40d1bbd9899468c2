import { MaxPoolCall } from "./generated/calls";
import { bringRow, clearRows } from "./paddedRows";

/** The largest number of each window. Units: planes. Scratch: the padded rows. */
export function maxPool(address: usize, plane: i32, scratch: usize): void {
  const call = MaxPoolCall.at(address);
  const side = call.kernel;
  const source = call.source + plane * call.height * call.width * 16;
  const outside = f32x4.splat(call.outside);
  let destination = call.destination + plane * call.outputHeight * call.outputWidth * 16;

  clearRows(scratch, side, call.paddedWidth, outside);
  let brought = 0;
  for (let row = 0; row < call.outputHeight; row++) {
    const top = row * call.stride;
    for (; brought < top + side; brought++) {
      bringRow(
        scratch,
        brought,
        side,
        call.paddedWidth,
        source,
        call.height,
        call.width,
        call.padTop,
        call.padLeft,
        outside,
      );
    }
    for (let column = 0; column < call.outputWidth; column++) {
      let largest = f32x4.splat(-Infinity);
      for (let u = 0; u < side; u++) {
        const cells = scratch + (((top + u) % side) * call.paddedWidth + column * call.stride) * 16;
        for (let v = 0; v < side; v++) largest = f32x4.max(largest, v128.load(cells + v * 16));
      }
      v128.store(destination, largest);
      destination += 16;
    }
  }
}
