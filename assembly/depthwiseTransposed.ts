import { DepthwiseTransposedCall } from "./generated/calls";

/** A depthwise transposed convolution, gathered. Weights: [planes][kernel][kernel][4]. Units: planes. */
export function depthwiseTransposed(address: usize, plane: i32): void {
  const call = DepthwiseTransposedCall.at(address);
  const source = call.source + plane * call.height * call.width * 16;
  const weights = call.weights + plane * call.kernel * call.kernel * 16;
  const bias = v128.load(call.bias + plane * 16);
  const low = f32x4.splat(call.low);
  const high = f32x4.splat(call.high);
  let place = plane * call.outputHeight * call.outputWidth * 16;
  for (let row = 0; row < call.outputHeight; row++) {
    for (let column = 0; column < call.outputWidth; column++) {
      let value = f32x4.add(
        coveringSum(call, source, weights, row + call.padTop, column + call.padLeft),
        bias,
      );
      if (call.residual) value = f32x4.add(value, v128.load(call.residual + place));
      v128.store(call.destination + place, f32x4.pmin(f32x4.pmax(value, low), high));
      place += 16;
    }
  }
}

/** Sums over the cells whose windows cover the output cell at (down, across), counted before anything is cut off. */
function coveringSum(
  call: DepthwiseTransposedCall,
  source: usize,
  weights: usize,
  down: i32,
  across: i32,
): v128 {
  const stride = call.stride;
  const kernel = call.kernel;
  const firstV = across % stride;
  let sum = f32x4.splat(0);
  for (let u = down % stride; u < min(kernel, down + 1); u += stride) {
    const row = (down - u) / stride;
    if (row >= call.height) continue;
    for (let v = firstV; v < min(kernel, across + 1); v += stride) {
      const column = (across - v) / stride;
      if (column >= call.width) continue;
      const x = v128.load(source + (row * call.width + column) * 16);
      sum = f32x4.add(sum, f32x4.mul(x, v128.load(weights + (u * kernel + v) * 16)));
    }
  }
  return sum;
}
