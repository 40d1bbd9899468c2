import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BundleCheckpoint } from "../../src/checkpoints/bundleCheckpoint.ts";
import { type Checkpoint, unknownVariable, type Variable } from "../../src/checkpoints/checkpoint.ts";
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
  const pipeline = parsePipelineConfig(
    await fileOf(folder, "pipeline.config"),
    join(folder, "pipeline.config"),
  );
  const variables = await syntheticVariables(folder);
  return { format: "tensorbundle", where: folder, metadata: new Map(), zoo: { pipeline }, ...variables };
}

/** The same for a golden model of PyTorch: its state dict, keys as they are in the file. */
export async function syntheticStateDict(folder: string): Promise<Checkpoint> {
  return { format: "torch", where: folder, metadata: new Map(), ...(await syntheticVariables(folder)) };
}

async function syntheticVariables(folder: string): Promise<Pick<Checkpoint, "variables" | "read">> {
  const text = new TextDecoder().decode(await fileOf(folder, "checkpoint.json"));
  const stored: { variables: SyntheticVariable[] } = JSON.parse(text);
  const byKey = new Map(stored.variables.map((variable) => [variable.key, variable]));
  const vectors = parseSafetensors(
    await fileOf(folder, "vectors.safetensors"),
    join(folder, "vectors.safetensors"),
  );
  const variables = new Map<string, Variable>(
    stored.variables.map(({ key, shape, dtype }) => [
      key,
      dtype === "int64"
        ? { dtype: "I64", shape, byteLength: 8 * elementCount(shape) }
        : { dtype: "F32", shape, byteLength: 4 * elementCount(shape) },
    ]),
  );
  return {
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

async function fileOf(folder: string, name: string): Promise<Uint8Array> {
  return new Uint8Array(await readFile(join(folder, name)));
}
