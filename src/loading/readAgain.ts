/** Reads a model's weights once more, because the first plan has taken them over and freed them. */
import type { NamedCheckpoint } from "../checkpoints/names/nameParameters.ts";
import { ModelError } from "../errors.ts";
import type { InputSize, Model } from "../models/model.ts";
import type { Parameter, Weights } from "../tensor.ts";
import { checkWeights, readWeights } from "./readWeights.ts";

/** Opens and checks the weights, then returns what reads them: a plan can be given up in between. */
export type ReadAgain = (signal?: AbortSignal) => Promise<() => Promise<Map<string, Parameter>>>;

/**
 * @param open opens the weights from where they came.
 * @param first what was read the first time.
 */
export function readAgain(
  open: () => Promise<NamedCheckpoint>,
  { model, size, first }: { model: Model; size?: InputSize; first: Weights },
): ReadAgain {
  const expected = fingerprint(first);
  /**
   * @throws ModelError if the weights cannot be read any more, or are others than the first time.
   * @throws the signal's reason once it is aborted.
   */
  return async (signal) => {
    const checkpoint = await open();
    checkWeights(checkpoint, model, size);
    return async () => {
      const weights = await readWeights(checkpoint, model, size, { signal });
      if (fingerprint(weights) === expected) return weights;
      throw new ModelError({
        where: checkpoint.where,
        expected: "the weights that were loaded",
        got: "others",
        hint: "The file has changed: load the model again.",
      });
    };
  };
}

/** Reads some stored parameters again, by name. */
export type ReadSome = (names: readonly string[]) => Promise<Map<string, Parameter>>;

/** @param closes whether the checkpoint is no longer needed after it was read. */
export function readSome(open: () => Promise<NamedCheckpoint>, closes: boolean): ReadSome {
  /** @throws ModelError if the weights cannot be read any more, or lack one of these. */
  return async (names) => {
    const checkpoint = await open();
    try {
      const parameters = new Map<string, Parameter>();
      for (const name of names) {
        const variable = checkpoint.variables.get(name);
        if (!variable) {
          const where = `${checkpoint.where}, ${name}`;
          throw new ModelError({ where, expected: "a parameter of that name", got: "none" });
        }
        parameters.set(name, { shape: variable.shape, data: await checkpoint.read(name) });
      }
      return parameters;
    } finally {
      if (closes) await checkpoint.close?.();
    }
  };
}

/** So many numbers of each parameter are compared: any training step changes all of them. */
const SAMPLES = 16;

/** A hash (FNV-1a) of some numbers of every parameter. */
function fingerprint(weights: Weights): number {
  const bits = new Uint32Array(1);
  const number = new Float32Array(bits.buffer);
  let hash = 0x811c9dc5;
  for (const { data } of weights.values()) {
    const step = Math.max(1, Math.floor(data.length / SAMPLES));
    for (let i = 0; i < data.length; i += step) {
      number[0] = data[i];
      hash = Math.imul(hash ^ bits[0], 0x01000193);
    }
  }
  return hash;
}
