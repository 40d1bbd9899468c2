/**
 * IEEE 754 half precision (1 sign, 5 exponent, 10 fraction bits) and bfloat16 (the upper half of a float32),
 * both as 16 bits. Widening is exact, subnormals included. Narrowing rounds to nearest, ties to even, as IEEE
 * 754 and NumPy do, so bits → number → bits is the identity for every pattern except NaN payloads.
 */
import { nativeBigEndian, swapBytes } from "./byteOrder.ts";
import { widenInModule } from "./wideningModule.ts";

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** 2^-24, the smallest subnormal half. */
const SMALLEST_HALF = 2 ** -24;
/** float32's exponent bias (127) less half's (15). */
const BIAS_DIFFERENCE = 112;

export function float16ToNumber(half: number): number {
  const sign = half & 0x8000;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return (sign ? -fraction : fraction) * SMALLEST_HALF;
  const wideExponent = exponent === 31 ? 255 : exponent + BIAS_DIFFERENCE;
  bits[0] = (sign << 16) | (wideExponent << 23) | (fraction << 13);
  return float[0];
}

/** Little-endian halves, at any alignment. */
export function float16sToFloat32(bytes: Uint8Array): Float32Array {
  const values = new Float32Array(bytes.length / 2);
  const halves = halvesIn(values);
  halves.set(bytes);
  if (nativeBigEndian) swapBytes(halves, 2);
  widenHalves(values);
  return values;
}

/**
 * The second half of the values' memory, which holds as many halves as there are values: they widen in place.
 */
export function halvesIn({ buffer, byteOffset, length }: Float32Array<ArrayBuffer>): Uint8Array {
  return new Uint8Array(buffer, byteOffset + length * 2, length * 2);
}

/** Fewer are widened before a module is opened. */
const WORTH_A_MODULE = 4096;

/** Widens the halves in `halvesIn(values)`, in this machine's byte order. Most weights are read this way. */
export function widenHalves(values: Float32Array<ArrayBuffer>): void {
  const wide = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const bytes = halvesIn(values);
  if (values.length >= WORTH_A_MODULE && widenInModule(bytes, values)) return;
  const { buffer, byteOffset } = bytes;
  const halves = new Uint16Array(buffer, byteOffset, values.length);
  // Going forward, a value is never written over a half that is still to be read.
  for (let i = 0; i < values.length; i++) {
    const half = halves[i];
    const exponent = half & 0x7c00;
    if (exponent === 0 || exponent === 0x7c00) values[i] = float16ToNumber(half);
    else wide[i] = ((half & 0x8000) << 16) | (((half & 0x7fff) << 13) + (BIAS_DIFFERENCE << 23));
  }
}

/** `value` must be a float32, because a float64 would be rounded twice. */
export function numberToFloat16(value: number): number {
  float[0] = value;
  const wide = bits[0];
  const sign = (wide >>> 16) & 0x8000;
  const magnitude = wide & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x38800000) {
    // At least 2^-14, a normal half: drop 13 fraction bits. A carry out of the fraction moves into the
    // exponent, which is what rounding up to the next power of two, and to infinity, means.
    const half = roundShift(magnitude, 13) - (BIAS_DIFFERENCE << 10);
    return sign | Math.min(half, 0x7c00);
  }
  const exponent = magnitude >>> 23;
  if (exponent < 102) return sign; // below 2^-25: nearer to zero than to 2^-24
  const significand = 0x800000 | (magnitude & 0x7fffff);
  return sign | roundShift(significand, 126 - exponent);
}

export function bfloat16ToNumber(half: number): number {
  bits[0] = half << 16;
  return float[0];
}

export function numberToBfloat16(value: number): number {
  float[0] = value;
  const wide = bits[0];
  if ((wide & 0x7fffffff) > 0x7f800000) return (wide >>> 16) | 0x40;
  return roundShift(wide, 16) & 0xffff;
}

/** value / 2^shift, rounded to nearest, ties to even; 1 ≤ shift ≤ 24. */
function roundShift(value: number, shift: number): number {
  const quotient = value >>> shift;
  const rest = value & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  const roundsUp = rest > half || (rest === half && (quotient & 1) === 1);
  return roundsUp ? quotient + 1 : quotient;
}
