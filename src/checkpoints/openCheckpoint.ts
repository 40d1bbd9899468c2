import { ModelError } from "../errors.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { quote } from "./json.ts";
import { looksLikeSafetensors } from "./safetensors.ts";
import { safetensorsCheckpoint } from "./safetensorsCheckpoint.ts";
import { openTfjs, type ReadSibling } from "./tfjs.ts";

export interface CheckpointFile {
  /** The path or URL, as errors name it. */
  where: string;
  bytes: Uint8Array;
  /** Reads a file of this plain name in the same folder; needed by formats of several files. */
  readSibling?: ReadSibling;
}

/**
 * Opens a file of trained variables, its format told by its content: safetensors, or the model.json of a
 * TensorFlow.js graph model. Throws ModelError for anything else.
 */
export async function openCheckpoint({ where, bytes, readSibling }: CheckpointFile): Promise<Checkpoint> {
  if (looksLikeSafetensors(bytes) || where.endsWith(".safetensors")) {
    return safetensorsCheckpoint(bytes, where);
  }
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 64));
  if (start.trimStart().startsWith("{")) {
    const noSibling = () => Promise.reject(new Error("this file was given without its folder"));
    return openTfjs(bytes, where, readSibling ?? noSibling);
  }
  throw new ModelError({
    where,
    expected: "a safetensors file or the model.json of a TensorFlow.js model",
    got: start === "" ? "an empty file" : `a file that begins with ${quote(start.slice(0, 16))}`,
  });
}
