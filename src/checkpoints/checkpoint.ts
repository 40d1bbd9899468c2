import { ModelError } from "../errors.ts";
import type { Dtype } from "./bytes/dtype.ts";
import { quote } from "./bytes/json.ts";
import type { HourglassFacts } from "./names/hourglassOfVariables.ts";
import type { LabelMap } from "./pipelineConfig/labelMap.ts";
import type { PipelineConfig } from "./pipelineConfig/pipelineConfig.ts";

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
  /** The model that the file says, or shows by its variables, that it holds. */
  readonly model?: string;
  /** What a checkpoint of the Object Detection API has beside its variables. */
  readonly zoo?: DetectionApiSidecar;
  /** The network of a PyTorch state dict that is known here. */
  readonly hourglass?: HourglassFacts;
  /** By name, in the order in which reading them is cheapest. */
  readonly variables: ReadonlyMap<string, Variable>;
  /** The variable's elements, row-major. Throws ModelError for an unknown name or a variable of text. */
  read(name: string): Promise<Float32Array>;
  /** Gives back files that are held open; reading on opens them again. */
  close?(): Promise<void>;
}

export interface DetectionApiSidecar {
  /** Absent where no pipeline.config lies with it. */
  readonly pipeline?: PipelineConfig;
  readonly labelMap?: LabelMap;
  /** Both files as they are, to be taken along when the checkpoint is converted. */
  readonly texts?: { readonly pipeline?: string; readonly labelMap?: string };
  /** As its variables tell it: `hourglass`, or the type that a pipeline.config would name. */
  readonly backbone?: string;
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
