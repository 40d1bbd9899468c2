import type { ReadSibling } from "../../../src/checkpoints/tfjs/tfjs.ts";

/** A TensorFlow.js model in memory, to be spoilt before it is opened. */
export interface TfjsFile {
  json: {
    modelTopology: { node: TfjsNode[] };
    weightsManifest: { paths: string[]; weights: TfjsWeight[] }[];
    [key: string]: unknown;
  };
  shards: Map<string, Uint8Array>;
}

export interface TfjsNode {
  name: string;
  op: string;
  input?: string[];
  attr?: Record<string, unknown>;
}

export interface TfjsWeight {
  name: string;
  shape: unknown;
  dtype: string;
  quantization?: Record<string, unknown>;
}

/** One group in one shard, `group1-shard1of1.bin`. */
export function tfjsFile(weights: (TfjsWeight & { bytes: Uint8Array })[], node: TfjsNode[] = []): TfjsFile {
  const path = "group1-shard1of1.bin";
  return {
    json: {
      format: "graph-model",
      generatedBy: "a test",
      modelTopology: { node },
      weightsManifest: [{ paths: [path], weights: weights.map(({ bytes: _, ...weight }) => weight) }],
    },
    shards: new Map([[path, joined(weights.map(({ bytes }) => bytes))]]),
  };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

export const bytesOf = (values: ArrayBufferView): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** What `openCheckpoint` takes. */
export function opened({ json, shards }: TfjsFile) {
  const readSibling: ReadSibling = async (name) => {
    const shard = shards.get(name);
    if (!shard) throw new Error(`no such file: ${name}`);
    return shard;
  };
  return { where: "model.json", bytes: new TextEncoder().encode(JSON.stringify(json)), readSibling };
}
