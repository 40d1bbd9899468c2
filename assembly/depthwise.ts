import { DepthwiseCall } from "./generated/calls";
import { depthwiseRow3Stride1, depthwiseRow3Stride2 } from "./generated/depthwiseRow";

/** A depthwise convolution. Units: planes. Weights: [planes][kernel][kernel][4]. Scratch: a row of zeros. */
export function depthwise(address: usize, plane: i32, scratch: usize): void {
  const call = DepthwiseCall.at(address);
  const overhang = (call.outputWidth - 1) * call.stride - call.padLeft + call.kernel - call.width;
  const narrow = call.padLeft <= 1 && overhang <= 1 && call.outputWidth > 1;
  if (call.kernel === 3 && call.stride <= 2 && narrow) depthwise3(call, plane, scratch, overhang > 0);
  else depthwiseAny(call, plane);
}

/** Windows of 3x3 that reach over a map's edge by one cell at most. */
function depthwise3(call: DepthwiseCall, plane: i32, zeros: usize, right: bool): void {
  const inputRow = call.width * 16;
  const outputRow = call.outputWidth * 16;
  const source = call.source + plane * call.height * inputRow;
  const first = plane * call.outputHeight * outputRow;
  const weights = call.weights + plane * 9 * 16;
  const bias = v128.load(call.bias + plane * 16);
  const low = f32x4.splat(call.low);
  const high = f32x4.splat(call.high);
  for (let place = zeros; place < zeros + inputRow; place += 16) v128.store(place, f32x4.splat(0));
  for (let row = 0; row < call.outputHeight; row++) {
    const top = row * call.stride - call.padTop;
    const row0 = seenRow(call, source, top, zeros);
    const row1 = seenRow(call, source, top + 1, zeros);
    const row2 = seenRow(call, source, top + 2, zeros);
    const destination = call.destination + first + row * outputRow;
    const residual = call.residual ? call.residual + first + row * outputRow : 0;
    const columns = call.outputWidth;
    const left = call.padLeft > 0;
    if (call.stride === 1) {
      depthwiseRow3Stride1(
        row0,
        row1,
        row2,
        weights,
        destination,
        columns,
        left,
        right,
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
        columns,
        left,
        right,
        bias,
        residual,
        low,
        high,
      );
    }
  }
}

/** What the first output of a row sees of an input row, which is zeros above and below the map. */
function seenRow(call: DepthwiseCall, source: usize, row: i32, zeros: usize): usize {
  const inside = <u32>row < <u32>call.height;
  return (inside ? source + row * call.width * 16 : zeros) - call.padLeft * 16;
}

/** Windows of any side and padding. */
function depthwiseAny(call: DepthwiseCall, plane: i32): void {
  const source = call.source + plane * call.height * call.width * 16;
  const weights = call.weights + plane * call.kernel * call.kernel * 16;
  const bias = v128.load(call.bias + plane * 16);
  const low = f32x4.splat(call.low);
  const high = f32x4.splat(call.high);
  let place = plane * call.outputHeight * call.outputWidth * 16;
  for (let row = 0; row < call.outputHeight; row++) {
    const top = row * call.stride - call.padTop;
    for (let column = 0; column < call.outputWidth; column++) {
      let value = windowSum(call, source, weights, top, column * call.stride - call.padLeft, bias);
      if (call.residual) value = f32x4.add(value, v128.load(call.residual + place));
      v128.store(call.destination + place, f32x4.pmin(f32x4.pmax(value, low), high));
      place += 16;
    }
  }
}

function windowSum(
  call: DepthwiseCall,
  source: usize,
  weights: usize,
  top: i32,
  left: i32,
  bias: v128,
): v128 {
  let value = bias;
  for (let u = max(0, -top); u < min(call.kernel, call.height - top); u++) {
    for (let v = max(0, -left); v < min(call.kernel, call.width - left); v++) {
      const seen = v128.load(source + ((top + u) * call.width + left + v) * 16);
      value = f32x4.add(value, f32x4.mul(seen, v128.load(weights + (u * call.kernel + v) * 16)));
    }
  }
  return value;
}
