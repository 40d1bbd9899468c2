import { ModelError } from "../errors.ts";
import type { Dtype } from "./bytes/dtype.ts";
import { quote } from "./bytes/json.ts";

/**
 * A file of trained variables, whatever its format. Variables are listed first and then read one at a time,
 * so that a large file need not be held in memory.
 */
export interface Checkpoint {
  /** The name of the format, as `inspect` shows it. */
  readonly format: string;
  /** The file's name in errors. */
  readonly where: string;
  /** Text that the file holds about itself. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Variables by name, in the order in which they are cheapest to read. */
  readonly variables: ReadonlyMap<string, Variable>;
  /**
   * Reads a variable's elements, in row-major order.
   *
   * @throws ModelError for an unknown name, a variable of text, or a damaged file.
   */
  read(name: string): Promise<Float32Array>;
  /** Closes files that are held open. A later read opens them again. */
  close?(): Promise<void>;
}

export interface Variable {
  /** As stored: quantized floats have the integer type that stores them. */
  readonly dtype: Dtype | "STRING";
  readonly shape: readonly number[];
  /** Size in the file. */
  readonly byteLength: number;
  /** CRC-32C of these bytes, if the file stores one. */
  readonly checksum?: number;
  /**
   * Set if values are stored as integers n: value = n * scale + min, rounded if the variable is an integer.
   */
  readonly quantization?: Quantization;
}

export interface Quantization {
  readonly scale: number;
  readonly min: number;
  readonly rounded: boolean;
}

/** Whether the variable's values are real numbers, as parameters are, and not counters or text. */
export function holdsFloats(variable: Variable): boolean {
  if (variable.quantization) return !variable.quantization.rounded;
  return ["F64", "F32", "F16", "BF16"].includes(variable.dtype);
}

export function unknownVariable(where: string, name: string): ModelError {
  return new ModelError({ where, expected: `a variable ${quote(name)}`, got: "none of that name" });
}
