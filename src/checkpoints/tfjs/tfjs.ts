import { CenterNetError, ModelError } from "../../errors.ts";
import { concatenate } from "../../support/concatenate.ts";
import { formatShape } from "../../tensor.ts";
import { byteLengthOf, toFloat32 } from "../bytes/dtype.ts";
import { expectObject, expectString, parseJson, quote } from "../bytes/json.ts";
import { type Checkpoint, unknownVariable, type Variable } from "../checkpoint.ts";
import { type GraphNode, parseNodes } from "./tfjsGraph.ts";
import { parseManifest, type WeightGroup, type WeightSpec } from "./tfjsManifest.ts";

/** The weights of a TensorFlow.js model: a model.json and the shard files that it lists. */
export interface TfjsCheckpoint extends Checkpoint {
  readonly format: "tfjs";
  /** The graph, if the file has one. It serves to name parameters and is never run. */
  readonly nodes: readonly GraphNode[];
}

/** Returns the bytes of the file with this plain name beside model.json. */
export type ReadSibling = (name: string) => Promise<Uint8Array>;

const LIMITS = { depth: 64, values: 200_000 };
const METADATA = ["format", "generatedBy", "convertedBy"];

/** Other JSON files that are taken for weights, by a key that they have. */
const JSON_KINDS: readonly [key: string, what: string][] = [
  ["weight_map", "the index of weights in several files (Hugging Face), which are not read together"],
  ["model_type", "a configuration of Hugging Face, not the weights"],
  ["annotations", "annotations of images (COCO), not weights"],
  ["class_name", "a Keras model without its weights"],
];

interface StoredVariable extends Variable {
  readonly bytes: Uint8Array;
}

/**
 * Reads model.json and all shards; `where` names model.json in errors. @throws ModelError and nothing else.
 */
export async function openTfjs(
  bytes: Uint8Array,
  where: string,
  readSibling: ReadSibling,
): Promise<TfjsCheckpoint> {
  const json = expectObject(parseJson(bytes, where, LIMITS), where);
  if (!json.has("weightsManifest")) {
    const got = JSON_KINDS.find(([key]) => json.has(key))?.[1] ?? "JSON without a weightsManifest";
    throw new ModelError({ where, expected: "the model.json of a TensorFlow.js model", got });
  }
  const groups = parseManifest(json.get("weightsManifest"), where);
  const nodes = parseNodes(
    expectObject(json.get("modelTopology") ?? new Map(), `${where} modelTopology`),
    where,
  );
  const metadata = new Map<string, string>();
  for (const key of METADATA) {
    const value = json.get(key) ?? "";
    if (value !== "") metadata.set(key, expectString(value, `${where} ${key}`));
  }
  const variables = new Map<string, StoredVariable>();
  for (const group of groups) {
    const data = await readShards(group, where, readSibling);
    for (const [name, variable] of splitGroup(group, data, where)) variables.set(name, variable);
  }
  return {
    format: "tfjs",
    where,
    metadata,
    variables,
    nodes,
    async read(name) {
      const variable = variables.get(name);
      if (!variable) throw unknownVariable(where, name);
      return values(variable, `${where} weight ${quote(name)}`);
    },
  };
}

async function readShards(group: WeightGroup, where: string, readSibling: ReadSibling): Promise<Uint8Array> {
  const shards: Uint8Array[] = [];
  for (const path of group.paths) {
    try {
      shards.push(await readSibling(path));
    } catch (cause) {
      if (cause instanceof CenterNetError) throw cause;
      const got = cause instanceof Error ? cause.message : String(cause);
      throw new ModelError({ where, expected: `the shard ${quote(path)} beside it`, got }, { cause });
    }
  }
  return concatenate(shards);
}

/** The group's weights as views of its data, which they must fill exactly. */
function splitGroup(group: WeightGroup, data: Uint8Array, where: string): Map<string, StoredVariable> {
  const variables = new Map<string, StoredVariable>();
  const shards = `${where} shards ${group.paths.map(quote).join(", ")}`;
  let offset = 0;
  for (const { name, ...spec } of group.weights) {
    const byteLength = storedLength(spec, data.subarray(offset), `${where} weight ${quote(name)}`);
    if (offset + byteLength > data.length) {
      throw new ModelError({
        where: shards,
        expected: `${offset + byteLength} bytes up to the end of weight ${quote(name)} ${formatShape(spec.shape)}`,
        got: String(data.length),
        hint: "A shard is truncated or belongs to another model.json.",
      });
    }
    variables.set(name, { ...spec, byteLength, bytes: data.subarray(offset, offset + byteLength) });
    offset += byteLength;
  }
  if (offset !== data.length) {
    const hint = "A shard belongs to another model.json.";
    throw new ModelError({ where: shards, expected: `${offset} bytes`, got: String(data.length), hint });
  }
  return variables;
}

/** The number of bytes of the weight at the start of `data`. If it exceeds them, the file is truncated. */
function storedLength({ dtype, shape }: Omit<WeightSpec, "name">, data: Uint8Array, where: string): number {
  if (dtype !== "STRING") return byteLengthOf(dtype, shape, where);
  // Each string: its length as 4 bytes, little-endian, then its bytes.
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const texts = byteLengthOf("U8", shape, where);
  let offset = 0;
  for (let i = 0; i < texts; i++) {
    if (offset + 4 > data.length) return data.length + 4 * (texts - i);
    offset += 4 + view.getUint32(offset, true);
  }
  return offset;
}

function values({ dtype, shape, bytes, quantization }: StoredVariable, where: string): Float32Array {
  if (dtype === "STRING") throw new ModelError({ where, expected: "numbers", got: "text" });
  const stored = toFloat32({ dtype, shape, bytes });
  if (!quantization) return stored;
  const { scale, min, rounded } = quantization;
  return stored.map((value) => (rounded ? Math.round(value * scale + min) : value * scale + min));
}
