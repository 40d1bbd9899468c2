import { referenceExecutor } from "../../src/executors/reference/referenceExecutor.ts";
import type { Graph } from "../../src/graph/graph.ts";
import type { Tensor, Weights } from "../../src/tensor.ts";

/**
 * Values of the graph by name. The bundle of this file has Float64Array wherever `Float32Array` stands, so nothing is
 * rounded to float32 between the input and the taps; the result's type is that of `Tensor` only by name.
 */
export async function float64Taps(
  graph: Graph,
  weights: Weights,
  input: Tensor,
  names: readonly string[],
): Promise<Readonly<Record<string, Tensor>>> {
  const plan = await referenceExecutor().prepare(graph, weights);
  const { taps } = await plan.run({ image: input }, { taps: names });
  return taps;
}
