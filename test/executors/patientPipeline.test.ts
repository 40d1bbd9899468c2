import { GPU } from "gpu.js";
import { expect, test } from "vitest";
import { LONGEST_LAYER, patientPipeline } from "../../src/executors/gpujs/gpujsPlan.ts";

test("gpu.js waits for a large layer; another version that does not is noticed here", async () => {
  const gpu = new GPU({ mode: "webasm" });
  const twice = gpu.createKernel("function (x) { return x[this.thread.x] * 2; }", { output: [4096] });
  const run = patientPipeline(gpu.createPipeline((x) => twice(x)));
  await run(Float32Array.from({ length: 4096 }, (_, i) => i));
  const { _executor: executor } = run.pipeline as unknown as { _executor: { sanityTimeoutMs: number } };
  expect(executor.sanityTimeoutMs).toBe(LONGEST_LAYER);
  await run.destroy();
  await gpu.destroy();
});
