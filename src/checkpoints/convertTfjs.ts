import { ModelError } from "../errors.ts";
import type { Weights } from "../tensor.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { float16ToNumber, numberToFloat16 } from "./float16.ts";
import { type KnownModels, loadParameters } from "./loadParameters.ts";
import { nameParameters } from "./nameParameters.ts";
import { writeSafetensors } from "./safetensors.ts";

export interface Conversion {
  modelName: string;
  tensors: Weights;
  /** The safetensors file: float16 where that loses nothing, else float32. */
  bytes: Uint8Array;
}

/**
 * A TensorFlow.js model as this project's safetensors file, its tensors sorted by name. The same input
 * gives the same bytes. Throws ModelError where the model is none of `knownModels`, or does not hold
 * exactly its parameters.
 */
export async function convertTfjs(checkpoint: Checkpoint, knownModels: KnownModels): Promise<Conversion> {
  const named = await nameParameters(checkpoint);
  const modelName = named.model ?? "";
  const shapes = knownModels.get(modelName);
  if (checkpoint.format !== "tfjs" || !shapes) {
    throw new ModelError({
      where: checkpoint.where,
      expected: `a TensorFlow.js model of ${[...knownModels.keys()].join(", ")}`,
      got: modelName || `a ${checkpoint.format} file of none of them`,
    });
  }
  const weights = await loadParameters(shapes(), named, { model: modelName, knownModels });
  const tensors = new Map([...weights].sort(([a], [b]) => (a < b ? -1 : 1)));
  const metadata = new Map([
    ["format", "centernet"],
    ["model", modelName],
    ["source", checkpoint.metadata.get("generatedBy") ?? checkpoint.where],
    ["licence", "Apache-2.0"], // of MoveNet, which all models recognised here are; see weights/README.md
    ["changes", "Converted from TensorFlow.js: constants renamed and reordered, values unchanged."],
  ]);
  const dtype = [...tensors.values()].every(({ data }) => data.every(fitsFloat16)) ? "F16" : "F32";
  return { modelName, tensors, bytes: writeSafetensors(tensors, metadata, { dtype }) };
}

function fitsFloat16(value: number): boolean {
  return float16ToNumber(numberToFloat16(value)) === value;
}
