import { AffineCall, SigmoidCall, SumCall } from "./generated/calls";

/**
 * y = (x - mean) * scale + shift, clamped to low and high: batch normalization, bias and activations.
 * Units: planes. Numbers: [mean, scale, shift][planes][4].
 */
export function affine(address: usize, plane: i32): void {
  const call = AffineCall.at(address);
  const planes = call.numbers + plane * 16;
  const list = call.listBytes;
  const mean = v128.load(planes);
  const scale = v128.load(planes + list);
  const shift = v128.load(planes + 2 * list);
  const low = f32x4.splat(call.low);
  const high = f32x4.splat(call.high);
  const first = plane * call.cells * 16;
  for (let place = first; place < first + call.cells * 16; place += 16) {
    const scaled = f32x4.mul(f32x4.sub(v128.load(call.source + place), mean), scale);
    v128.store(call.destination + place, f32x4.pmin(f32x4.pmax(f32x4.add(scaled, shift), low), high));
  }
}

/** y = a + b. Units: planes. */
export function sum(address: usize, plane: i32): void {
  const call = SumCall.at(address);
  const first = plane * call.cells * 16;
  for (let place = first; place < first + call.cells * 16; place += 16) {
    v128.store(
      call.destination + place,
      f32x4.add(v128.load(call.source + place), v128.load(call.second + place)),
    );
  }
}

/** y = 1 / (1 + exp(-x)). Units: planes. Four cells per iteration, because engines rebuild the constants in each one. */
export function sigmoid(address: usize, plane: i32): void {
  const call = SigmoidCall.at(address);
  const first = plane * call.cells * 16;
  let source = call.source + first;
  let destination = call.destination + first;
  let rest = call.cells;
  for (; rest >= 4; rest -= 4) {
    sigmoidAt(source, destination);
    sigmoidAt(source + 16, destination + 16);
    sigmoidAt(source + 32, destination + 32);
    sigmoidAt(source + 48, destination + 48);
    source += 64;
    destination += 64;
  }
  for (; rest > 0; rest--) {
    sigmoidAt(source, destination);
    source += 16;
    destination += 16;
  }
}

function sigmoidAt(source: usize, destination: usize): void {
  v128.store(destination, logistic(v128.load(source)));
}

/** 1 / (1 + exp(-x)). */
export function logistic(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exponential(f32x4.neg(x))));
}

/**
 * exp(x) = 2^n * exp(r), where n is the integer nearest to x / ln 2 and |r| <= ln 2 / 2. ln 2 is subtracted in two
 * parts; the first has so few digits that its product with n is exact. exp(r) is its Taylor series up to r^7, whose next
 * term is below 6e-9. x is clamped to +-87.
 *
 * Adding 1.5 * 2^23 rounds a number to an integer, which then stands in the last bits of the sum.
 */
function exponential(x: v128): v128 {
  const held = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-87)), f32x4.splat(87));
  const large = f32x4.splat(12582912);
  const shifted = f32x4.add(f32x4.mul(held, f32x4.splat(Mathf.LOG2E)), large);
  const n = f32x4.sub(shifted, large);
  let r = f32x4.sub(held, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.add(r, f32x4.mul(n, f32x4.splat(2.12194440054691e-4)));
  let series = f32x4.splat(1.0 / 5040.0);
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(1.0 / 720.0));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(1.0 / 120.0));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(1.0 / 24.0));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(1.0 / 6.0));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(0.5));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(1));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(1));
  const exponent = i32x4.shl(i32x4.add(shifted, i32x4.splat(127)), 23);
  return f32x4.mul(series, exponent);
}
