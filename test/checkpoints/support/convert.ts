import type { Checkpoint } from "../../../src/checkpoints/checkpoint.ts";
import { convertCheckpoint } from "../../../src/checkpoints/convertCheckpoint.ts";
import { nameParameters } from "../../../src/checkpoints/names/nameParameters.ts";
import { type KnownModels, loadParameters } from "../../../src/loading/readWeights.ts";
import { joined } from "./safetensorsFile.ts";

/** What `centernet convert` does, with models of the caller's. */
export async function convert(file: Checkpoint, knownModels: KnownModels) {
  const checkpoint = await nameParameters(file);
  const modelName = checkpoint.evidence.model ?? "";
  const shapes = knownModels.get(modelName);
  if (!shapes) throw new Error(`no such model: ${modelName}`);
  const weights = await loadParameters(shapes(), checkpoint, { model: modelName, knownModels });
  const { file: converted, ...rest } = convertCheckpoint(checkpoint, modelName, weights);
  return { modelName, bytes: joined(converted), ...rest };
}
