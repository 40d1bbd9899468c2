import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BundleCheckpoint } from "../../src/checkpoints/bundleCheckpoint.ts";
import { unknownVariable, type Variable } from "../../src/checkpoints/checkpoint.ts";
import { toFloat32 } from "../../src/checkpoints/dtype.ts";
import { parsePipelineConfig } from "../../src/checkpoints/pipelineConfig.ts";
import { parseSafetensors } from "../../src/checkpoints/safetensors.ts";
import { elementCount } from "../../src/tensor.ts";
import { formulaValues } from "./syntheticFormula.ts";

/** One of `checkpoint.json`'s variables. */
export interface SyntheticVariable {
  readonly key: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  /** By the formula, or as it stands in `vectors.safetensors`. */
  readonly fill: "vectors" | { readonly uniform: number };
}

/**
 * The checkpoint that a golden model was run with, as the real exporter would have written it but without an
 * object graph: its keys are named by their numbers and paths. `folder` has checkpoint.json,
 * vectors.safetensors and pipeline.config.
 */
export async function syntheticCheckpoint(folder: string): Promise<BundleCheckpoint> {
  const read = async (name: string) => new Uint8Array(await readFile(join(folder, name)));
  const text = new TextDecoder().decode(await read("checkpoint.json"));
  const stored: { variables: SyntheticVariable[] } = JSON.parse(text);
  const byKey = new Map(stored.variables.map((variable) => [variable.key, variable]));
  const vectors = parseSafetensors(await read("vectors.safetensors"), join(folder, "vectors.safetensors"));
  const pipeline = parsePipelineConfig(await read("pipeline.config"), join(folder, "pipeline.config"));
  const variables = new Map<string, Variable>(
    stored.variables.map(({ key, shape }) => [
      key,
      { dtype: "F32", shape, byteLength: 4 * elementCount(shape) },
    ]),
  );
  return {
    format: "tensorbundle",
    where: folder,
    metadata: new Map(),
    zoo: { pipeline },
    variables,
    async read(name) {
      const variable = byKey.get(name);
      if (!variable) throw unknownVariable(folder, name);
      if (variable.fill !== "vectors") {
        return formulaValues(name, elementCount(variable.shape), variable.fill.uniform);
      }
      const vector = vectors.tensors.get(name);
      if (!vector) throw unknownVariable(join(folder, "vectors.safetensors"), name);
      return toFloat32(vector);
    },
  };
}
