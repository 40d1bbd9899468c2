import type { KnownModels } from "../../../src/loading/readWeights.ts";
import { MODELS } from "../../../src/models/models.ts";

/** All that each model's weights must hold. */
export const knownModels: KnownModels = new Map(
  MODELS.map((model) => [
    model.name,
    once(() => {
      const { parameters } = model.graph(model.defaultSize);
      const layers = Object.entries(parameters).map(([name, { shape }]) => [name, shape] as const);
      return new Map([...model.constants(model.defaultSize), ...layers]);
    }),
  ]),
);

/** A model is built once, however often its shapes are asked for. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
