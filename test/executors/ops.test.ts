import { setFlagsFromString } from "node:v8";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Executor } from "../../src/backend/executor.ts";
import { gpujsExecutor } from "../../src/executors/gpujs/gpujsExecutor.ts";
import { availableModes } from "../../src/executors/gpujs/modes.ts";
import { wasmExecutor } from "../../src/executors/wasm/wasmExecutor.ts";
import { wasmBuilds } from "../../src/executors/wasm/wasmModule.ts";
import { CASES } from "../../src/kernels/cases.ts";
import { PRECISIONS } from "../../src/kernels/kernel.ts";
import type { OpName } from "../../src/kernels/ops.ts";
import { OP_TOLERANCE, opCaseDifference } from "../support/opCaseDifference.ts";

// Node 20 has relaxed SIMD only behind this flag.
setFlagsFromString("--experimental-wasm-relaxed-simd");

const WASM = PRECISIONS.flatMap((precision) =>
  wasmBuilds().map((build) => ({ mode: "wasm", build, precision }) as const),
);

// Every mode of this machine. `npm run test:browser` runs the same cases in a browser's modes.
for (const place of [...(await availableModes()).map((mode) => ({ mode })), ...WASM]) {
  const { mode } = place;
  const title = Object.values(place).join(" ");
  describe(`every op on ${title} agrees with plain arithmetic within ${OP_TOLERANCE[mode]}`, () => {
    let executor: Executor;
    beforeAll(async () => {
      executor = await (place.mode === "wasm" ? wasmExecutor(place) : gpujsExecutor(place));
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
