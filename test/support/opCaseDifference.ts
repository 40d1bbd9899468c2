import type { Executor } from "../../src/backend/executor.ts";
import { referenceExecutor } from "../../src/executors/reference/referenceExecutor.ts";
import { caseGraph } from "../../src/executors/selfTest.ts";
import type { OpCase } from "../../src/kernels/opCase.ts";
import type { OpName } from "../../src/kernels/ops.ts";
import { sameShape } from "../../src/tensor.ts";

/**
 * The largest difference allowed, relative to 1 + |expected|. Float64 sums are exact; float32 sums of up to 1100 terms
 * are not.
 */
export const OP_TOLERANCE = { cpu: 1e-6, wasm: 2e-5, webasm: 2e-5, webgpu: 2e-5, webgl2: 2e-5, wgsl: 2e-5 };

/** The sums of the Winograd case on `wgsl` reach 20 and cancel out: 1.7e-5 on a software adapter. */
export const WINOGRAD_TOLERANCE = 3e-5;

/** A backend's largest difference from plain arithmetic in one case, relative to 1 + |expected|. NaN if a number is missing. */
export async function opCaseDifference(executor: Executor, op: OpName, opCase: OpCase): Promise<number> {
  const { graph, inputs, weights } = caseGraph([{ op, opCase }]);
  const [name] = Object.keys(graph.outputs);
  const plan = await executor.prepare(graph, weights);
  const got = (await plan.run(inputs)).outputs[name];
  await plan.dispose();
  const reference = await referenceExecutor().prepare(graph, weights);
  const expected = (await reference.run(inputs)).outputs[name];
  if (!sameShape(got.shape, expected.shape) || got.data.length !== expected.data.length) return Number.NaN;
  let largest = 0;
  for (const [index, value] of expected.data.entries()) {
    const difference = Math.abs(got.data[index] - value) / (1 + Math.abs(value));
    if (!(difference <= largest)) largest = difference;
    if (Number.isNaN(difference)) return difference;
  }
  return largest;
}
