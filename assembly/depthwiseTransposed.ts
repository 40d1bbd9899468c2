import { DepthwiseTransposedCall } from "./generated/calls";

/** A depthwise transposed convolution, gathered. Weights: [planes][kernel][kernel][4]. Units: planes. */
export function depthwiseTransposed(address: usize, plane: i32): void {
  const call = DepthwiseTransposedCall.at(address);
  const source = call.source + plane * call.height * call.width * 16;
  const weights = call.weights + plane * call.kernel * call.kernel * 16;
  const bias = v128.load(call.bias + plane * 16);
  const stride = call.stride;
  const width = call.outputWidth;
  // Where the cells begin and end that two columns cover, as those inside do if the window is two strides wide.
  const begin = max(0, stride - call.padLeft);
  const end = min(width, call.width * stride - call.padLeft);
  let place = plane * call.outputHeight * width * 16;
  for (let y = 0; y < call.outputHeight; y++, place += width * 16) {
    const down = y + call.padTop;
    const isInside =
      call.kernel === 2 * stride && down >= stride && down < call.height * stride && begin < end;
    if (!isInside) {
      cells(call, source, weights, bias, down, 0, width, place);
      continue;
    }
    cells(call, source, weights, bias, down, 0, begin, place);
    pairs(call, source, weights, bias, down, begin, end, place);
    cells(call, source, weights, bias, down, end, width, place);
  }
}

/** The cells of a row from `x` to `end` - 1, `down` cells below the first, counted before anything is cut off. */
function cells(
  call: DepthwiseTransposedCall,
  source: usize,
  weights: usize,
  bias: v128,
  down: i32,
  x: i32,
  end: i32,
  place: usize,
): void {
  for (; x < end; x++) {
    store(call, coveringSum(call, source, weights, down, x + call.padLeft), bias, place + x * 16);
  }
}

/** Sums over the cells whose windows cover the output cell at (down, across), upwards and to the left. */
function coveringSum(
  call: DepthwiseTransposedCall,
  source: usize,
  weights: usize,
  down: i32,
  across: i32,
): v128 {
  const stride = call.stride;
  const kernel = call.kernel;
  const width = call.width;
  let sum = f32x4.splat(0);
  let row = down / stride;
  for (let u = down % stride; u < kernel && row >= 0; u += stride, row--) {
    if (row >= call.height) continue;
    let column = across / stride;
    for (let v = across % stride; v < kernel && column >= 0; v += stride, column--) {
      if (column >= width) continue;
      const x = v128.load(source + (row * width + column) * 16);
      sum = f32x4.add(sum, f32x4.mul(x, v128.load(weights + (u * kernel + v) * 16)));
    }
  }
  return sum;
}

/** As `cells`, where two rows and two columns cover each cell: every `stride`th cell has the same four weights. */
function pairs(
  call: DepthwiseTransposedCall,
  source: usize,
  weights: usize,
  bias: v128,
  down: i32,
  begin: i32,
  end: i32,
  place: usize,
): void {
  const stride = call.stride;
  const line = call.width * 16;
  const below = source + (down / stride) * line;
  const above = below - line;
  const upper = weights + (down % stride) * call.kernel * 16;
  const lower = upper + stride * call.kernel * 16;
  const step = stride * 16;
  for (let phase = 0; phase < stride; phase++) {
    const across = begin + phase + call.padLeft;
    const v = (across % stride) * 16;
    const w0 = v128.load(upper + v);
    const w1 = v128.load(upper + v + step);
    const w2 = v128.load(lower + v);
    const w3 = v128.load(lower + v + step);
    let column: usize = (across / stride) * 16;
    for (let x = begin + phase; x < end; x += stride, column += 16) {
      // From zero, as `coveringSum`, and in its order.
      let sum = f32x4.add(f32x4.splat(0), f32x4.mul(v128.load(below + column), w0));
      sum = f32x4.add(sum, f32x4.mul(v128.load(below + column - 16), w1));
      sum = f32x4.add(sum, f32x4.mul(v128.load(above + column), w2));
      sum = f32x4.add(sum, f32x4.mul(v128.load(above + column - 16), w3));
      store(call, sum, bias, place + x * 16);
    }
  }
}

function store(call: DepthwiseTransposedCall, sum: v128, bias: v128, place: usize): void {
  let value = f32x4.add(sum, bias);
  if (call.residual) value = f32x4.add(value, v128.load(call.residual + place));
  const least = f32x4.pmax(value, f32x4.splat(call.low));
  v128.store(call.destination + place, f32x4.pmin(least, f32x4.splat(call.high)));
}
