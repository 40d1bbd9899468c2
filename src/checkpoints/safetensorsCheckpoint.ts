import { type Checkpoint, unknownVariable } from "./checkpoint.ts";
import { parseSafetensors, toFloat32 } from "./safetensors.ts";

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
    variables,
    async read(name) {
      const tensor = tensors.get(name);
      if (!tensor) throw unknownVariable(where, name);
      return toFloat32(tensor);
    },
  };
}
