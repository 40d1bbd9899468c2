import { join } from "node:path";
import { loadParameters } from "../../src/checkpoints/loadParameters.ts";
import { nameParameters } from "../../src/checkpoints/nameParameters.ts";
import { type Backend, createExecutor } from "../../src/executors/backends.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { tripletGraph } from "../../src/models/tripletArchitecture.ts";
import { runnable } from "../../src/network.ts";
import type { Weights } from "../../src/tensor.ts";
import { goldenInput } from "../../src/verify/goldenCase.ts";
import { tripletTapSource } from "../../src/verify/taps/triplet.ts";
import { type RunnableNetwork, tapValues } from "../../src/verify/tapValues.ts";
import { type CaseReport, verifyCase } from "../../src/verify/verifyCase.ts";
import { goldenAt } from "./goldens.ts";
import { syntheticStateDict } from "./syntheticCheckpoint.ts";

/**
 * Verifies taps and heads of the case `small` of a golden model, whose folder is given. What is built is what
 * the state dict's variables tell, whatever the model is called. `mutate` plants a mistake.
 */
export async function verifyTripletNetwork(
  folder: string,
  backend: Backend,
  mutate: (graph: Graph) => Graph = (graph) => graph,
): Promise<CaseReport> {
  const whole = await goldenAt(join(folder, "small"));
  const golden = { ...whole, taps: whole.taps.filter(({ role }) => ["input", "tap", "head"].includes(role)) };
  const image = goldenInput(golden);
  const [, height, width] = image.shape;

  const checkpoint = await nameParameters(await syntheticStateDict(folder));
  const architecture = checkpoint.hourglass;
  if (architecture?.family !== "triplets") throw new Error(`${folder} is not recognised`);
  const graph = mutate(tripletGraph(architecture, { height, width }));
  const shapes = Object.entries(graph.parameters).map(([name, { shape }]) => [name, shape] as const);
  const weights = await loadParameters(new Map(shapes), checkpoint, { model: golden.model });

  const network = await openGraph(runnable(graph, true), weights, backend);
  try {
    return await verifyCase(golden, {
      tapSource: tripletTapSource(architecture.hourglass),
      async run(input, names) {
        // Without outputs, no more of it runs than what the hidden taps need.
        const unfused = () => openGraph({ ...graph, outputs: {} }, weights, backend);
        return { ...(await tapValues(network, unfused, { image: input }, names)), decoded: undefined };
      },
    });
  } finally {
    await network.dispose();
  }
}

async function openGraph(graph: Graph, weights: Weights, backend: Backend): Promise<RunnableNetwork> {
  const executor = await createExecutor(backend);
  const plan = await executor.prepare(graph, weights);
  return { graph, run: (inputs, options) => plan.run(inputs, options), dispose: () => executor.dispose() };
}
