import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Checkpoint } from "../../src/checkpoints/checkpoint.ts";
import type { CaseReport, VerifyModelOptions } from "../../src/verify/verifyCase.ts";
import { verifyModel } from "../../src/verify/verifyModel.ts";
import { goldenAt } from "./goldens.ts";
import { syntheticStateDict } from "./syntheticCheckpoint.ts";

const SAMPLES = new URL("../../samples", import.meta.url).pathname;

/** Changes what a variable of the state dict holds. */
export type Mutation = (key: string, values: Float32Array, shape: readonly number[]) => Float32Array;

/**
 * Runs a case of a golden model of Objects as Points, of which the weights alone decide which model that is. `mutate` plants
 * a mistake.
 */
export async function verifyPointsCase(
  folder: string,
  name: string,
  options: VerifyModelOptions,
  mutate?: Mutation,
): Promise<CaseReport> {
  const golden = await goldenAt(join(folder, name));
  const weights = options.weights ?? mutated(await syntheticStateDict(folder), mutate);
  const readImage = async (file: string) => {
    const bytes = await readFile(join(folder, name, file)).catch(() => readFile(join(SAMPLES, file)));
    return new Uint8Array(bytes);
  };
  return verifyModel(undefined, golden, { ...options, weights }, readImage);
}

function mutated(checkpoint: Checkpoint, mutate: Mutation | undefined): Checkpoint {
  if (!mutate) return checkpoint;
  return {
    ...checkpoint,
    async read(key) {
      return mutate(key, await checkpoint.read(key), checkpoint.variables.get(key)?.shape ?? []);
    },
  };
}

/** What an implementer may get wrong in the weights or as well in the code, and the first tap that shows it. */
export const POINTS_MUTATIONS: Readonly<Record<string, { first: string; mutate: Mutation }>> = {
  "offsets across before offsets down": {
    first: "dla_up.ida_0.proj_1.conv.conv_offset_mask",
    mutate: (key, values) => offsetsFrom(key, values, (channel) => (channel < 18 ? channel ^ 1 : channel)),
  },
  "all offsets down, then all across": {
    first: "dla_up.ida_0.proj_1.conv.conv_offset_mask",
    mutate: (key, values) =>
      offsetsFrom(key, values, (channel) => (channel < 18 ? (channel % 2) * 9 + (channel >> 1) : channel)),
  },
  "red, green, blue": {
    first: "base.base_layer",
    mutate: (key, values, shape) => {
      if (key !== "base.base_layer.0.weight") return values;
      const [, inputs, height, width] = shape;
      const plane = height * width;
      return values.map((_, i) => {
        const input = Math.floor(i / plane) % inputs;
        return values[i + (inputs - 1 - 2 * input) * plane];
      });
    },
  },
  "bilinear kernels in place of trained ones": {
    first: "dla_up.ida_0.up_1",
    mutate: (key, values, shape) => {
      if (!/\.up_\d\.weight$/.test(key)) return values;
      const side = shape[3];
      const center = (side - 1) / 2;
      const weight = (at: number) => 1 - Math.abs(at - center) / (side / 2);
      return values.map((_, i) => weight(i % side) * weight(Math.floor(i / side) % side));
    },
  },
};

/** Each of the 27 channels of an inner convolution from another one. */
function offsetsFrom(key: string, values: Float32Array, from: (channel: number) => number): Float32Array {
  if (!key.includes(".conv_offset_mask.")) return values;
  const size = values.length / 27;
  return values.map((_, i) => values[from(Math.floor(i / size)) * size + (i % size)]);
}
