import type { Executor } from "../../src/backend/executor.ts";
import type { Corner } from "../../src/blocks/cascadeCornerPool.ts";
import { runnable } from "../../src/network.ts";
import { shapeOf, type Tensor } from "../../src/tensor.ts";
import { type Comparison, compare } from "../../src/verify/compare.ts";
import { goldenAt } from "./goldens.ts";
import { batchInTapLayout, imageOf, inputOf, poolModule, poolWeights } from "./tripletPools.ts";

/** The modules whose cases there are, by the case's folder. */
export const POOL_MODULES = {
  "tl-16": "topLeft",
  "br-16": "bottomRight",
  "ct-16": "center",
  "tl-256": "topLeft",
} as const satisfies Record<string, Corner | "center">;

/** Each inner step of the module, op by op, and last its output as the fused graph gives it. */
export async function verifyPool(
  folder: string,
  name: Corner | "center",
  executor: Executor,
): Promise<Map<string, Comparison>> {
  const golden = await goldenAt(folder);
  const tolerance = golden.tolerance.by.get("tap") ?? {};
  const input = inputOf(golden);
  const [batch, channels, height, width] = input.shape;
  const pool = poolModule(name);
  const graph = pool.graph(shapeOf(height, width, channels));
  const weights = await poolWeights(folder);
  const steps = golden.taps.filter(({ role }) => role === "tap");
  const values = new Map(
    steps.map((tap) => [tap.name, pool.valueOf(tap.name) ?? `${tap.name} has no value`]),
  );

  const unfused = await executor.prepare(graph, weights);
  const fused = await executor.prepare(runnable(graph, true), weights);
  const got = new Map<string, Tensor[]>([...values.keys(), "fused"].map((step) => [step, []]));
  for (let image = 0; image < batch; image++) {
    const features = imageOf(input, image);
    const { taps } = await unfused.run({ features }, { taps: [...new Set(values.values())] });
    for (const [step, value] of values) {
      const { shape, data } = taps[value];
      got.get(step)?.push({ shape: shape as unknown as Tensor["shape"], data });
    }
    got.get("fused")?.push((await fused.run({ features })).outputs.pooled);
  }
  await unfused.dispose();
  await fused.dispose();
  const output = steps[steps.length - 1];
  return new Map(
    [...got].map(([step, images]) => {
      const tap = steps.find((candidate) => candidate.name === step) ?? output;
      return [step, compare(tap, batchInTapLayout(tap, images), tolerance)];
    }),
  );
}
