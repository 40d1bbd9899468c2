import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Executor } from "../../../src/backend/executor.ts";
import { referenceExecutor } from "../../../src/executors/reference/referenceExecutor.ts";
import { caseGraph } from "../../../src/executors/selfTest.ts";
import { WGSL_SELF_TEST, wgslExecutor } from "../../../src/executors/wgsl/wgslExecutor.ts";
import { CASES } from "../../../src/kernels/cases.ts";
import type { OpName } from "../../../src/kernels/ops.ts";
import { dawn, NO_DAWN } from "../../support/dawn.ts";
import { OP_TOLERANCE, opCaseDifference, WINOGRAD_TOLERANCE } from "../../support/opCaseDifference.ts";
import { mayBeLeftOut } from "../../support/required.ts";

const gpu = await dawn();
if (!gpu) console.log(`wgsl: ${NO_DAWN}`);

describe.skipIf(!gpu && mayBeLeftOut)(
  `every op on wgsl agrees with plain arithmetic within ${OP_TOLERANCE.wgsl}`,
  () => {
    let executor: Executor;
    beforeAll(async () => {
      if (!gpu) throw new Error(NO_DAWN);
      executor = await wgslExecutor({ gpu });
    });
    afterAll(() => executor.dispose());

    const table = (Object.keys(CASES) as OpName[]).flatMap((op) =>
      CASES[op].map((opCase) => ({ op, opCase })),
    );
    for (const { op, opCase } of [...table, ...WGSL_SELF_TEST]) {
      test(`${op}: ${opCase.title}`, async () => {
        const tolerance = /Winograd/.test(opCase.title) ? WINOGRAD_TOLERANCE : OP_TOLERANCE.wgsl;
        expect(await opCaseDifference(executor, op, opCase)).toBeLessThanOrEqual(tolerance);
      });
      test(`${op}: ${opCase.title}; outputs that depend on a NaN are NaN`, async () => {
        const { graph, inputs, weights } = caseGraph([{ op, opCase }]);
        for (const { data } of Object.values(inputs)) data.fill(Number.NaN, 0, Math.ceil(data.length / 2));
        const [[got], [expected]] = await Promise.all(
          [executor, referenceExecutor()].map(async (each) => {
            const plan = await each.prepare(graph, weights);
            const { outputs } = await plan.run(inputs);
            await plan.dispose();
            return Object.values(outputs);
          }),
        );
        // Winograd's transforms spread a NaN over a tile, so it may reach more outputs.
        const lost = expected.data.findIndex((value, i) => Number.isNaN(value) && !Number.isNaN(got.data[i]));
        expect(expected.data.some(Number.isNaN)).toBe(true);
        expect(lost).toBe(-1);
      });
    }
  },
);
