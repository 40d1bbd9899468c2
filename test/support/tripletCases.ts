import { join } from "node:path";
import { nameParameters } from "../../src/checkpoints/names/nameParameters.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { hourglassOfVariables } from "../../src/loading/modelOfCheckpoint.ts";
import { loadParameters } from "../../src/loading/readWeights.ts";
import { tripletGraph } from "../../src/models/triplets/tripletArchitecture.ts";
import { runnable } from "../../src/network.ts";
import { goldenInput } from "../../src/verify/goldenCase.ts";
import { tripletTapSource } from "../../src/verify/taps/triplet.ts";
import { tapValues } from "../../src/verify/tapValues.ts";
import { type CaseReport, verifyCase } from "../../src/verify/verifyCase.ts";
import { goldenAt } from "./goldens.ts";
import { openGraph, type Place } from "./openGraph.ts";
import { syntheticStateDict } from "./syntheticCheckpoint.ts";

/**
 * Verifies taps and heads of the case `small` of a golden model, whose folder is given. What is built is what
 * the state dict's variables tell, whatever the model is called. `mutate` plants a mistake.
 */
export async function verifyTripletNetwork(
  folder: string,
  place: Place,
  mutate: (graph: Graph) => Graph = (graph) => graph,
): Promise<CaseReport> {
  const whole = await goldenAt(join(folder, "small"));
  const golden = { ...whole, taps: whole.taps.filter(({ role }) => ["input", "tap", "head"].includes(role)) };
  const image = goldenInput(golden);
  const [, height, width] = image.shape;

  const checkpoint = await nameParameters(await syntheticStateDict(folder));
  const { family } = checkpoint.evidence;
  const architecture = family && hourglassOfVariables(family, checkpoint.variables);
  if (architecture?.family !== "triplets") throw new Error(`${folder} is not recognized`);
  const graph = mutate(tripletGraph(architecture, { height, width }));
  const shapes = Object.entries(graph.parameters).map(([name, { shape }]) => [name, shape] as const);
  const weights = await loadParameters(new Map(shapes), checkpoint, { model: `${golden.model}` });

  const network = await openGraph(runnable(graph, true), weights, place);
  try {
    return await verifyCase(golden, {
      tapSource: tripletTapSource(architecture.hourglass),
      async run(input, names) {
        // Without outputs, no more of it runs than what the hidden taps need.
        const unfused = () => openGraph({ ...graph, outputs: {} }, weights, place);
        return { ...(await tapValues(network, unfused, { image: input }, names)), decoded: undefined };
      },
    });
  } finally {
    await network.dispose();
  }
}
