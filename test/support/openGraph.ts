import type { Executor } from "../../src/backend/executor.ts";
import { type Backend, createExecutor, type ExecutorOptions } from "../../src/executors/backends.ts";
import type { Graph } from "../../src/graph/graph.ts";
import type { Weights } from "../../src/tensor.ts";
import type { RunnableNetwork } from "../../src/verify/tapValues.ts";

/** Where a test's network runs, and how. */
export interface Place extends ExecutorOptions {
  readonly backend: Backend;
}

export async function openGraph(graph: Graph, weights: Weights, place: Place): Promise<RunnableNetwork> {
  const executor: Executor = await createExecutor(place.backend, place);
  const plan = await executor.prepare(graph, weights);
  return { graph, run: (inputs, options) => plan.run(inputs, options), dispose: () => executor.dispose() };
}
