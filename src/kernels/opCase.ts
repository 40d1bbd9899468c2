import type { Epilogue } from "../graph/op.ts";
import { elementCount, type Shape } from "../tensor.ts";

/**
 * A case of an op: every executor runs it against the reference kernel, and the first of each op's table is
 * part of the self-test that a backend passes before it may work.
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
 * Pseudo-random numbers in [-1, 1), the same everywhere: a 32-bit mixing function of seed and position, so
 * that a wrong row, channel or sign cannot give the right result.
 */
export function caseData(shape: readonly number[], seed: number): Float32Array {
  return Float32Array.from({ length: elementCount(shape) }, (_, index) => {
    let x = (seed + Math.imul(index, 0x9e3779b9)) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d) >>> 0;
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b) >>> 0;
    return ((x ^ (x >>> 16)) >>> 8) * 2 ** -23 - 1;
  });
}

/** Parameters for a case; a variance is made positive. */
export function caseParameter(role: string, shape: readonly number[], seed: number): Float32Array {
  const data = caseData(shape, seed);
  return role === "variance" ? data.map((v) => 0.25 + Math.abs(v)) : data;
}
