import { DepthwiseCall } from "./generated/calls";
import { depthwiseRow3Stride1, depthwiseRow3Stride2 } from "./generated/depthwiseRow";
import { bringRow, clearRows } from "./paddedRows";

/** A depthwise convolution. Units: planes. Weights: [planes][kernel][kernel][4]. Scratch: the padded rows. */
export function depthwise(address: usize, plane: i32, scratch: usize): void {
  const call = DepthwiseCall.at(address);
  const side = call.kernel;
  const source = call.source + plane * call.height * call.width * 16;
  const weights = call.weights + plane * side * side * 16;
  const bias = v128.load(call.bias + plane * 16);
  const low = f32x4.splat(call.low);
  const high = f32x4.splat(call.high);
  const rowBytes = call.outputWidth * 16;
  const first = plane * call.outputHeight * rowBytes;
  const zero = f32x4.splat(0);

  clearRows(scratch, side, call.paddedWidth, zero);
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
        zero,
      );
    }
    const destination = call.destination + first + row * rowBytes;
    const residual = call.residual ? call.residual + first + row * rowBytes : 0;
    if (side === 3 && call.stride <= 2) {
      const row0 = scratch + (top % 3) * call.paddedWidth * 16;
      const row1 = scratch + ((top + 1) % 3) * call.paddedWidth * 16;
      const row2 = scratch + ((top + 2) % 3) * call.paddedWidth * 16;
      if (call.stride === 1) {
        depthwiseRow3Stride1(
          row0,
          row1,
          row2,
          weights,
          destination,
          call.outputWidth,
          bias,
          residual,
          low,
          high,
        );
      } else {
        depthwiseRow3Stride2(
          row0,
          row1,
          row2,
          weights,
          destination,
          call.outputWidth,
          bias,
          residual,
          low,
          high,
        );
      }
    } else {
      for (let column = 0; column < call.outputWidth; column++) {
        let value = windowSum(call, scratch, weights, top, column * call.stride, bias);
        if (residual) value = f32x4.add(value, v128.load(residual + column * 16));
        v128.store(destination + column * 16, f32x4.pmin(f32x4.pmax(value, low), high));
      }
    }
  }
}

/** One output of a window of any side. */
function windowSum(call: DepthwiseCall, rows: usize, weights: usize, top: i32, left: i32, bias: v128): v128 {
  const side = call.kernel;
  let value = bias;
  for (let u = 0; u < side; u++) {
    const row = rows + (((top + u) % side) * call.paddedWidth + left) * 16;
    for (let v = 0; v < side; v++) {
      const weight = v128.load(weights + (u * side + v) * 16);
      value = f32x4.add(value, f32x4.mul(v128.load(row + v * 16), weight));
    }
  }
  return value;
}
