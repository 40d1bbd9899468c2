/** A model's weights out of a checkpoint, strictly. */
import {
  checkParameters,
  type KnownModels,
  type LoadOptions,
  loadParameters,
  type ParameterShapes,
} from "../checkpoints/loadParameters.ts";
import type { NamedCheckpoint } from "../checkpoints/names/nameParameters.ts";
import type { InputSize, Model } from "../models/model.ts";
import { MODELS } from "../models/models.ts";
import type { Parameter } from "../tensor.ts";

/** All that the weights of a model must hold. */
export function parameterShapes(model: Model, size: InputSize = model.defaultSize): ParameterShapes {
  const layers = Object.entries(model.graph(size).parameters).map(
    ([name, { shape }]) => [name, shape] as const,
  );
  return new Map([...model.constants(size), ...layers]);
}

/** For those who open a file without knowing whose it is. */
const knownModels: KnownModels = new Map(MODELS.map((model) => [model.name, () => parameterShapes(model)]));

/** @throws ModelError where a checkpoint does not hold exactly a model's weights, by their names and shapes. */
export function checkWeights(
  checkpoint: NamedCheckpoint,
  model: Model,
  size: InputSize = model.defaultSize,
): void {
  checkParameters(parameterShapes(model, size), checkpoint, { model: model.name, knownModels });
}

/** All of a model's weights, strictly. */
export function readWeights(
  checkpoint: NamedCheckpoint,
  model: Model,
  size: InputSize = model.defaultSize,
  options: Pick<LoadOptions, "onProgress" | "signal"> = {},
): Promise<Map<string, Parameter>> {
  return loadParameters(parameterShapes(model, size), checkpoint, {
    model: model.name,
    knownModels,
    ...options,
  });
}
