import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Checkpoint } from "../../src/checkpoints/checkpoint.ts";
import { parsePipelineConfig } from "../../src/checkpoints/pipelineConfig/pipelineConfig.ts";
import type { BundleCheckpoint } from "../../src/checkpoints/tensorBundle/bundleCheckpoint.ts";
import { type ReadFile, stateDictOf, syntheticVariables } from "./syntheticVariables.ts";

/**
 * The checkpoint that a golden model was run with, as the real exporter would have written it but without an
 * object graph: its keys are named by their numbers and paths. `folder` has checkpoint.json,
 * vectors.safetensors and pipeline.config.
 */
export async function syntheticCheckpoint(folder: string): Promise<BundleCheckpoint> {
  const read = filesOf(folder);
  const pipeline = parsePipelineConfig(await read("pipeline.config"), join(folder, "pipeline.config"));
  const variables = await syntheticVariables(read, folder);
  return { format: "tensorbundle", where: folder, metadata: new Map(), sidecar: { pipeline }, ...variables };
}

/** The same for a golden model of PyTorch: its state dict, keys as they are in the file. */
export function syntheticStateDict(folder: string): Promise<Checkpoint> {
  return stateDictOf(filesOf(folder), folder);
}

function filesOf(folder: string): ReadFile {
  return async (name) => new Uint8Array(await readFile(join(folder, name)));
}
