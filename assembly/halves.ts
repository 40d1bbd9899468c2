// A module of its own, for weights that are read before there is a plan (src/checkpoints/bytes/float16.ts).

/** Where the halves lie, and where the numbers go: 65,536 of each. */
const HALVES: usize = 0x1_0000;
const NUMBERS: usize = 0x3_0000;

/** Widens `count` halves, four at a time. Exact, subnormals included; the payload of a NaN stays. */
export function widen(count: i32): void {
  for (let i = 0; i < count; i += 4) {
    const half = v128.load_ext<u16>(HALVES + i * 2);
    const sign = i32x4.shl(v128.and(half, i32x4.splat(0x8000)), 16);
    const magnitude = v128.and(half, i32x4.splat(0x7fff));
    // The exponent's bias is 112 larger in float32, and that of infinity and NaN by 112 more.
    const normal = i32x4.add(i32x4.shl(magnitude, 13), i32x4.splat(112 << 23));
    const special = i32x4.add(normal, i32x4.splat(112 << 23));
    const wide = v128.bitselect(special, normal, i32x4.ge_s(magnitude, i32x4.splat(0x7c00)));
    // Below the smallest normal half: a whole number of 2^-24.
    const small = f32x4.mul(f32x4.convert_i32x4_s(magnitude), f32x4.splat(5.9604644775390625e-8));
    const finite = v128.bitselect(small, wide, i32x4.lt_s(magnitude, i32x4.splat(0x400)));
    v128.store(NUMBERS + i * 4, v128.or(finite, sign));
  }
}
