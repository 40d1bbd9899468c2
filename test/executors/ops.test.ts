import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { caseGraph } from "../../src/executors/caseGraph.ts";
import type { Executor } from "../../src/executors/executor.ts";
import { gpujsExecutor } from "../../src/executors/gpujs/gpujsExecutor.ts";
import { availableModes } from "../../src/executors/gpujs/modes.ts";
import { referenceExecutor } from "../../src/executors/reference/referenceExecutor.ts";
import { CASES } from "../../src/kernels/cases.ts";
import type { OpName } from "../../src/kernels/ops.ts";
import type { Tensor } from "../../src/tensor.ts";

/** Largest difference allowed, relative to 1 + |expected|: float64 sums are exact, float32 sums of up to 1100 terms not. */
const TOLERANCE = { cpu: 1e-6, webasm: 2e-5, webgpu: 2e-5, webgl2: 2e-5 };

const reference = referenceExecutor();

for (const mode of await availableModes()) {
  describe(`every op on gpu.js ${mode} agrees with plain arithmetic`, () => {
    let executor: Executor;
    beforeAll(async () => {
      executor = await gpujsExecutor({ mode });
    });
    afterAll(() => executor.dispose());

    for (const op of Object.keys(CASES) as OpName[]) {
      for (const opCase of CASES[op]) {
        test(`${op}: ${opCase.title}`, async () => {
          const { graph, inputs, weights } = caseGraph([{ op, opCase }]);
          const plan = await executor.prepare(graph, weights);
          const [name] = Object.keys(graph.outputs);
          const { outputs } = await plan.run(inputs);
          const expected = (await (await reference.prepare(graph, weights)).run(inputs)).outputs[name];
          expect(outputs[name].shape).toEqual(expected.shape);
          expect(largestDifference(outputs[name], expected)).toBeLessThanOrEqual(TOLERANCE[mode]);
          await plan.dispose();
        });
      }
    }
  });
}

function largestDifference(got: Tensor, expected: Tensor): number {
  const differences = Array.from(
    expected.data,
    (value, i) => Math.abs(got.data[i] - value) / (1 + Math.abs(value)),
  );
  return differences.some(Number.isNaN) ? Number.NaN : Math.max(...differences);
}
