import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Executor } from "../../src/backend/executor.ts";
import { gpujsExecutor } from "../../src/executors/gpujs/gpujsExecutor.ts";
import { referenceExecutor } from "../../src/executors/reference/referenceExecutor.ts";
import { wasmExecutor } from "../../src/executors/wasm/wasmExecutor.ts";
import { poolFolder } from "./tripletPools.ts";
import { POOL_MODULES, verifyPool } from "./verifyPools.ts";

const EXECUTORS = {
  reference: async () => referenceExecutor(),
  wasm: () => wasmExecutor(),
  webasm: () => gpujsExecutor({ mode: "webasm" }),
} as const satisfies Record<string, () => Promise<Executor>>;

/** Corner and center pooling by themselves, before any network uses them: every inner step. */
export function testPools(
  backend: keyof typeof EXECUTORS,
  goldens: string,
  names: readonly (keyof typeof POOL_MODULES)[],
): void {
  describe(`${backend} agrees with PyTorch at every step of`, () => {
    let executor: Executor;
    beforeAll(async () => {
      executor = await EXECUTORS[backend]();
    });
    afterAll(() => executor.dispose());

    for (const name of names) {
      test(`${name} (${POOL_MODULES[name]})`, async () => {
        const steps = await verifyPool(poolFolder(goldens, name), POOL_MODULES[name], executor);
        expect(steps.size).toBe(POOL_MODULES[name] === "center" ? 14 : 18);
        for (const [step, { pass, largest }] of steps)
          expect(pass, `${step} is off by ${largest}`).toBe(true);
        if (process.env.SHOW) {
          console.log(backend, name, Math.max(...[...steps.values()].map(({ largest }) => largest)));
        }
      });
    }
  });
}
