import { type Checkpoint, unknownVariable, type ZooFacts } from "./checkpoint.ts";
import { parseSafetensors, toFloat32 } from "./safetensors.ts";
import { zooFacts } from "./zooFacts.ts";

/** The keys of a safetensors file's metadata that take a zoo checkpoint's own texts along. */
export const PIPELINE_KEY = "pipeline.config";
export const LABEL_MAP_KEY = "label_map.pbtxt";

/** A safetensors file as a checkpoint. Throws ModelError where the file is broken. */
export function safetensorsCheckpoint(bytes: Uint8Array, where: string): Checkpoint {
  const { metadata, tensors } = parseSafetensors(bytes, where);
  const variables = new Map(
    [...tensors].map(([name, { dtype, shape, bytes: data }]) => [
      name,
      { dtype, shape, byteLength: data.length },
    ]),
  );
  return {
    format: "safetensors",
    where,
    metadata,
    model: metadata.get("model"),
    zoo: convertedFacts(metadata, where),
    variables,
    async read(name) {
      const tensor = tensors.get(name);
      if (!tensor) throw unknownVariable(where, name);
      return toFloat32(tensor);
    },
  };
}

function convertedFacts(metadata: ReadonlyMap<string, string>, where: string): ZooFacts | undefined {
  const bytes = (key: string) => {
    const text = metadata.get(key);
    return text === undefined ? undefined : new TextEncoder().encode(text);
  };
  const texts = { pipeline: bytes(PIPELINE_KEY), labelMap: bytes(LABEL_MAP_KEY) };
  if (!texts.pipeline) return undefined;
  return zooFacts(texts, `${where} ${PIPELINE_KEY}`, `${where} ${LABEL_MAP_KEY}`);
}
