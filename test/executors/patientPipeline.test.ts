import { GPU } from "gpu.js";
import { expect, test } from "vitest";
import { MAX_LAYER_MS, patientPipeline } from "../../src/executors/gpujs/gpujsPlan.ts";

test("gpu.js waits for a large layer (a new version may no longer have the time limit that we raise)", async () => {
  const gpu = new GPU({ mode: "webasm" });
  const twice = gpu.createKernel("function (x) { return x[this.thread.x] * 2; }", { output: [4096] });
  const run = patientPipeline(gpu.createPipeline((x) => twice(x)));
  await run(Float32Array.from({ length: 4096 }, (_, i) => i));
  const { _executor: executor } = run.pipeline as unknown as { _executor: { sanityTimeoutMs: number } };
  expect(executor.sanityTimeoutMs).toBe(MAX_LAYER_MS);
  await run.destroy();
  await gpu.destroy();
});
