import { toFloat32 } from "../../src/checkpoints/bytes/dtype.ts";
import { type Checkpoint, unknownVariable, type Variable } from "../../src/checkpoints/checkpoint.ts";
import { parseSafetensors } from "../../src/checkpoints/safetensors/safetensors.ts";
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

/** Of a golden model's folder, which a page fetches and Node reads. */
export type ReadFile = (name: string) => Promise<Uint8Array>;

/** The state dict that a golden model of PyTorch was run with, keys as they are in the file. */
export async function stateDictOf(read: ReadFile, where: string): Promise<Checkpoint> {
  return { format: "torch", where, metadata: new Map(), ...(await syntheticVariables(read, where)) };
}

/** What checkpoint.json names, by the formula or from vectors.safetensors; `where` names the folder. */
export async function syntheticVariables(
  readFile: ReadFile,
  where: string,
): Promise<Pick<Checkpoint, "variables" | "read">> {
  const text = new TextDecoder().decode(await readFile("checkpoint.json"));
  const stored: { variables: SyntheticVariable[] } = JSON.parse(text);
  const byKey = new Map(stored.variables.map((variable) => [variable.key, variable]));
  const vectorsFile = `${where}/vectors.safetensors`;
  const vectors = parseSafetensors(await readFile("vectors.safetensors"), vectorsFile);
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
      if (!variable) throw unknownVariable(where, name);
      if (variable.fill !== "vectors") {
        return formulaValues(name, elementCount(variable.shape), variable.fill.uniform);
      }
      const vector = vectors.tensors.get(name);
      if (!vector) throw unknownVariable(vectorsFile, name);
      return toFloat32(vector);
    },
  };
}
