import type { Epilogue } from "../graph/op.ts";
import { elementCount, type Shape } from "../tensor.ts";

/**
 * A test case of an op. The tests run it on every executor and compare with the reference kernel. The first case of
 * each op is also part of the self-test that a backend must pass before it is used.
 */
export interface OpCase<Attributes extends object = object> {
  /** What is special about it. */
  readonly title: string;
  readonly inputs: readonly Shape[];
  readonly attributes: Attributes;
  readonly epilogue?: Epilogue;
  /** Inputs are from -range to range. Default: 1. */
  readonly range?: number;
}

/**
 * Pseudo-random numbers in [-1, 1) from a 32-bit mixing function of seed and position. They are the same on every
 * machine, and irregular, so that a wrong row, channel or sign cannot give the right result.
 */
export function caseData(shape: readonly number[], seed: number): Float32Array {
  return Float32Array.from({ length: elementCount(shape) }, (_, index) => {
    let x = (seed + Math.imul(index, 0x9e3779b9)) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d) >>> 0;
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b) >>> 0;
    return ((x ^ (x >>> 16)) >>> 8) * 2 ** -23 - 1;
  });
}

/** A parameter for a case. Variances are positive. */
export function caseParameter(role: string, shape: readonly number[], seed: number): Float32Array {
  const data = caseData(shape, seed);
  return role === "variance" ? data.map((v) => 0.25 + Math.abs(v)) : data;
}
