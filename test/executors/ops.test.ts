import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Executor } from "../../src/executors/executor.ts";
import { gpujsExecutor } from "../../src/executors/gpujs/gpujsExecutor.ts";
import { availableModes } from "../../src/executors/gpujs/modes.ts";
import { wasmExecutor } from "../../src/executors/wasm/wasmExecutor.ts";
import { CASES } from "../../src/kernels/cases.ts";
import type { OpName } from "../../src/kernels/ops.ts";
import { OP_TOLERANCE, opCaseDifference } from "../support/opCaseDifference.ts";

// Every mode that this machine has; `npm run test:browser` runs the same tables in a browser's modes.
for (const mode of [...(await availableModes()), "wasm"] as const) {
  describe(`every op on ${mode} agrees with plain arithmetic within ${OP_TOLERANCE[mode]}`, () => {
    let executor: Executor;
    beforeAll(async () => {
      executor = await (mode === "wasm" ? wasmExecutor() : gpujsExecutor({ mode }));
    });
    afterAll(() => executor.dispose());

    for (const op of Object.keys(CASES) as OpName[]) {
      for (const opCase of CASES[op]) {
        test(`${op}: ${opCase.title}`, async () => {
          expect(await opCaseDifference(executor, op, opCase)).toBeLessThanOrEqual(OP_TOLERANCE[mode]);
        });
      }
    }
  });
}
