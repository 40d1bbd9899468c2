import { afterEach, expect, test, vi } from "vitest";
import { mayHaveGpu as inBrowser } from "../../../src/executors/wgsl/device/machineGpu.browser.ts";
import { mayHaveGpu as inNode, machineGpu } from "../../../src/executors/wgsl/device/machineGpu.node.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.doUnmock("webgpu");
  vi.resetModules();
});

async function executorsWith(webgpu: () => object) {
  vi.resetModules();
  vi.doMock("webgpu", webgpu);
  return await import("../../../src/executors/backends.ts");
}

test("if the package webgpu does not work, backend wgsl says so, and auto does without", async () => {
  const { createExecutor } = await executorsWith(() => ({
    create() {
      throw new Error("no such toggle");
    },
  }));
  await expect(createExecutor("wgsl")).rejects.toMatchObject({
    name: "BackendError",
    message:
      "backend wgsl: expected the npm package webgpu to load, got no such toggle. Reinstall it, or choose another backend.",
  });
  const executor = await createExecutor("auto", { threads: 1 });
  expect(executor.backend).toBe("wasm");
  await executor.dispose();
});

test("without the package, the error says how to install it", async () => {
  const { createExecutor } = await executorsWith(() => ({ create: undefined }));
  await expect(createExecutor("wgsl")).rejects.toThrow(
    "backend wgsl: expected WebGPU, got a machine without it. In Node: npm install webgpu@0.6.2",
  );
});

test("a GPU is looked for where the program has WebGPU, or could load it", async () => {
  vi.stubGlobal("navigator", {});
  expect(inBrowser()).toBe(false);
  // The repository holds an empty package of the name, so that gpu.js does not bring a native one.
  expect(inNode()).toBe(true);
  expect(await machineGpu()).toBeUndefined();
  const gpu = {};
  vi.stubGlobal("navigator", { gpu });
  expect([inBrowser(), inNode()]).toEqual([true, true]);
  expect(await machineGpu()).toBe(gpu);
});
