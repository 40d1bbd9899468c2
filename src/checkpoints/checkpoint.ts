import { ModelError } from "../errors.ts";
import type { Dtype } from "./bytes/dtype.ts";
import { quote } from "./bytes/json.ts";

/**
 * What every file format with trained variables looks like from outside: list first, then read one
 * variable at a time, so that a reader of a large file need hold no more than the variable asked for.
 */
export interface Checkpoint {
  /** The format's name, as `inspect` shows it. */
  readonly format: string;
  /** The file, as errors name it. */
  readonly where: string;
  /** Free text that the file carries about itself. */
  readonly metadata: ReadonlyMap<string, string>;
  /** By name, in the order in which reading them is cheapest. */
  readonly variables: ReadonlyMap<string, Variable>;
  /** The variable's elements, row-major. Throws ModelError for an unknown name or a variable of text. */
  read(name: string): Promise<Float32Array>;
  /** Gives back files that are held open; reading on opens them again. */
  close?(): Promise<void>;
}

export interface Variable {
  /** As stored; quantised floats have the integer type that stores them. */
  readonly dtype: Dtype | "STRING";
  readonly shape: readonly number[];
  /** Bytes in the file. */
  readonly byteLength: number;
  /** CRC32C of these bytes, where the file stores one. */
  readonly checksum?: number;
  /** Floats stored as integers n: value = n * scale + min, rounded where the variable is an integer. */
  readonly quantization?: Quantization;
}

export interface Quantization {
  readonly scale: number;
  readonly min: number;
  readonly rounded: boolean;
}

/** Whether the variable's values are real numbers, as trained parameters are, and not counters or text. */
export function holdsFloats(variable: Variable): boolean {
  if (variable.quantization) return !variable.quantization.rounded;
  return ["F64", "F32", "F16", "BF16"].includes(variable.dtype);
}

export function unknownVariable(where: string, name: string): ModelError {
  return new ModelError({ where, expected: `a variable ${quote(name)}`, got: "none of that name" });
}
