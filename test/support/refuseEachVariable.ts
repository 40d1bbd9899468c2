import { expect } from "vitest";
import { nameParameters } from "../../src/checkpoints/names/nameParameters.ts";
import { zooKeys } from "../../src/checkpoints/names/zooKeys.ts";
import type { BundleCheckpoint } from "../../src/checkpoints/tensorBundle/bundleCheckpoint.ts";
import { loadParameters } from "../../src/loading/readWeights.ts";
import { syntheticCheckpoint } from "./syntheticCheckpoint.ts";
import { parametersOf } from "./zooModels.ts";

/** Takes away, doubles and transposes every `step`-th variable of a model: each error must name it. */
export async function refuseEachVariable(model: string, folder: string, step: number): Promise<void> {
  const file = await syntheticCheckpoint(folder);
  const expected = parametersOf(model);
  const keys = zooKeys(file.variables.keys(), "file")?.parameters ?? new Map<string, string>();
  expect(keys.size).toBe(expected.size);
  const load = async (changed: BundleCheckpoint) =>
    loadParameters(expected, await nameParameters(changed), { model });
  const refusal = async (variables: typeof file.variables, message: string) =>
    expect(load({ ...file, variables })).rejects.toThrow(message);
  for (const [parameter, key] of [...keys].filter((_, index) => index % step === 0)) {
    const variable = file.variables.get(key);
    if (!variable) throw new Error(`no variable ${key}`);
    const without = new Map(file.variables);
    without.delete(key);
    await refusal(without, `missing ${parameter} [`);
    const extra = key.replace(/\/([a-z_]+)\/\.ATT/, "/stray_$1/.ATT");
    await refusal(new Map(file.variables).set(extra, variable), "unexpected");
    const reversed = [...variable.shape].reverse();
    // A square kernel is the same transposed: another rank stands for it.
    const shape = String(reversed) === String(variable.shape) ? [...reversed, 1] : reversed;
    await refusal(
      new Map(file.variables).set(key, { ...variable, shape }),
      `misshapen ${parameter}: expected`,
    );
  }
}
