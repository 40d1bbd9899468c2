import { nameParameters } from "../src/checkpoints/names/nameParameters.ts";
import { openWeightsFile } from "../src/loading/openWeights.ts";
import { readWeights } from "../src/loading/readWeights.ts";
import type { InputSize, Model } from "../src/models/model.ts";
import type { Weights } from "../src/tensor.ts";

/** Reads all of a model's weights from a file. */
export async function readModelWeights(model: Model, size: InputSize, file: string): Promise<Weights> {
  return readWeights(await nameParameters(await openWeightsFile(file)), model, size);
}

/** What the decode needs of a file of weights. Peers have the network's own weights in files of their formats. */
export async function decodeConstants(model: Model, size: InputSize, file: string): Promise<Weights> {
  return model.constants(size).size > 0 ? await readModelWeights(model, size, file) : new Map();
}
