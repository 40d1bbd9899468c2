import type { Executor } from "../backend/executor.ts";
import { BackendError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import { caseGraph, type NamedCase, selfTestCases } from "./caseGraph.ts";
import { referenceExecutor } from "./reference/referenceExecutor.ts";

/** Float32 sums of the self-test's few terms differ from float64 by some 1e-6; wrong kernels by far more. */
const SELF_TEST_TOLERANCE = 1e-4;

/**
 * Runs one case of every op and compares it with plain arithmetic: drivers exist that return zeros, or half
 * precision, without an error. `more` are cases for kernels that the first case of their op does not reach.
 *
 * @throws BackendError naming the op, where a number is wrong.
 */
export async function selfTest(executor: Executor, more: readonly NamedCase[] = []): Promise<void> {
  const { graph, inputs, weights } = caseGraph([...selfTestCases(), ...more]);
  const plan = await executor.prepare(graph, weights);
  const reference = await referenceExecutor().prepare(graph, weights);
  const [got, expected] = await Promise.all([plan.run(inputs), reference.run(inputs)]);
  await plan.dispose();
  for (const node of graph.nodes)
    refuseWrong(executor.backend, node.op, got.outputs[node.name], expected.outputs[node.name]);
}

function refuseWrong(backend: string, op: string, got: Tensor, expected: Tensor): void {
  const wrong = expected.data.findIndex(
    (value, index) => !(Math.abs(got.data[index] - value) <= SELF_TEST_TOLERANCE * (1 + Math.abs(value))),
  );
  if (wrong === -1) return;
  const zeros = got.data.every((value) => value === 0);
  throw new BackendError({
    where: `self-test of backend ${backend}, op ${op}, element ${wrong}`,
    expected: `${expected.data[wrong]}`,
    got: zeros ? "zeros everywhere" : `${got.data[wrong]}`,
    hint: "This machine's driver computes wrong numbers in this mode: choose another backend.",
  });
}
