import { expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { type Backend, createExecutor } from "../../src/executors/backends.ts";
import { availableModes } from "../../src/executors/gpujs/modes.ts";
import type { Precision } from "../../src/kernels/wasmKernel.ts";

test("auto is wasm on a machine without a GPU", async () => {
  const modes = await availableModes();
  if (modes.includes("webgpu") || modes.includes("webgl2")) return;
  const executor = await createExecutor();
  expect(executor.backend).toBe("wasm");
  await executor.dispose();
});

test("unknown names are refused with those that there are", async () => {
  await expect(createExecutor("cuda" as Backend)).rejects.toBeInstanceOf(UsageError);
  await expect(createExecutor("cuda" as Backend)).rejects.toThrow(
    "backend: expected one of auto, wasm, webgpu, webgl2, webasm, cpu, got cuda.",
  );
  await expect(createExecutor("wasm", { precision: "fp16" as Precision })).rejects.toThrow(
    "precision: expected one of default, exact, got fp16.",
  );
});
