import { expect, test, vi } from "vitest";
import { BackendError, UsageError } from "../../src/errors.ts";
import { type Backend, createExecutor } from "../../src/executors/backends.ts";
import { bestExecutor } from "../../src/executors/bestExecutor.ts";
import type { GpuAdapterInfo } from "../../src/executors/wgsl/device/webgpu.ts";
import type { MemoryUse, Precision, WasmBuild } from "../../src/kernels/kernel.ts";

test("auto is wasm on a machine without a GPU", async () => {
  const executor = await createExecutor();
  expect(executor.backend).toBe("wasm");
  await executor.dispose();
});

test("auto falls back to a working backend if a GPU returns no device, and says so", async () => {
  const gpu = {
    requestAdapter: async () => ({
      info: { vendor: "nvidia", architecture: "", device: "", description: "a card" },
      limits: { maxBufferSize: 2 ** 30, maxStorageBufferBindingSize: 2 ** 30 },
      features: new Set(),
      requestDevice: async () => {
        throw new Error("the driver is busy");
      },
    }),
  };
  vi.stubGlobal("navigator", { gpu });
  const executor = await createExecutor().finally(() => vi.unstubAllGlobals());
  expect(executor.backend).toBe("wasm");
  expect(executor.details.note).toBe(
    "nvidia a card is not used: backend wgsl: expected a device of nvidia a card, got the driver is busy. Choose another backend.",
  );
  await executor.dispose();
});

/** A machine with this adapter, and the order in which `auto` tries its backends if none of them works. */
async function tried(info: Partial<GpuAdapterInfo> | undefined, more: object = {}): Promise<string[]> {
  const gpu = { requestAdapter: async () => (info ? { info, ...more } : null) };
  vi.stubGlobal("navigator", { gpu });
  const names: string[] = [];
  const trying = bestExecutor(async (backend) => {
    names.push(backend);
    throw new BackendError({ where: `backend ${backend}`, expected: "a backend that works", got: "none" });
  });
  // What the user reads is how to put wasm right.
  await expect(trying).rejects.toThrow("backend wasm: expected a backend that works, got none.");
  vi.unstubAllGlobals();
  return names;
}

test("auto tries a real GPU, then wasm, then gpu.js", async () => {
  expect(await tried({ vendor: "nvidia" })).toEqual(["wgsl", "wasm", "webgpu", "webasm", "cpu"]);
  expect(await tried({})).toEqual(["wgsl", "wasm", "webgpu", "webasm", "cpu"]);
  expect(await tried(undefined)).toEqual(["wasm", "webasm", "cpu"]);
});

test.each([
  [{ vendor: "google", architecture: "swiftshader" }, {}],
  [{ vendor: "mesa", description: "llvmpipe (LLVM 15.0.7, 256 bits)" }, {}],
  [{ vendor: "65541", description: "lavapipe" }, {}],
  [{ vendor: "65541" }, {}],
  [{ vendor: "microsoft", description: "Microsoft Basic Render Driver" }, {}],
  [{ vendor: "", isFallbackAdapter: true }, {}],
  [{ vendor: "" }, { isFallbackAdapter: true }],
])("auto never takes the software adapter %j %j", async (info, more) => {
  expect(await tried(info, more)).toEqual(["wasm", "webasm", "cpu"]);
});

test("auto says which software adapter it passed over", async () => {
  const requestAdapter = async () => ({ info: { vendor: "google", architecture: "swiftshader" } });
  vi.stubGlobal("navigator", { gpu: { requestAdapter } });
  const executor = await createExecutor().finally(() => vi.unstubAllGlobals());
  expect(executor.backend).toBe("wasm");
  expect(executor.details.note).toBe(
    "google swiftshader is not used: it is a software adapter, which computes on the processor.",
  );
  await executor.dispose();
});

test("an unknown name is refused with a list of the known ones", async () => {
  await expect(createExecutor("cuda" as Backend)).rejects.toBeInstanceOf(UsageError);
  await expect(createExecutor("cuda" as Backend)).rejects.toThrow(
    'backend: expected a backend\'s name, got "cuda". Did you mean wgsl? The names are auto, wgsl, wasm, webgpu, webgl2, webasm, cpu.',
  );
  await expect(createExecutor("wasm", { precision: "fp16" as Precision })).rejects.toThrow(
    'precision: expected a precision\'s name, got "fp16". The names are default, exact.',
  );
  await expect(createExecutor("wasm", { memory: "none" as MemoryUse })).rejects.toThrow(
    'memory: expected a memory use\'s name, got "none". The names are default, low.',
  );
  for (const threads of [0, 65, 1.5, Number.NaN, "2" as unknown as number]) {
    await expect(createExecutor("wasm", { threads })).rejects.toThrow(
      `threads: expected a whole number from 1 to 64, got ${threads}.`,
    );
  }
});

test("another backend refuses options of wasm; they have no effect if auto chooses another backend", async () => {
  await expect(createExecutor("cpu", { threads: 1 })).rejects.toThrow(
    "option threads: expected the backend wasm, the only one that has it, got cpu.",
  );
  await expect(createExecutor("cpu", { precision: "exact" })).rejects.toBeInstanceOf(UsageError);
  await expect(createExecutor("cpu", { memory: "low" })).rejects.toBeInstanceOf(UsageError);
  const executor = await createExecutor("auto", { threads: 1, precision: "exact" });
  if (executor.backend === "wasm") {
    expect(executor.details).toMatchObject({ threads: 1, precision: "exact" });
  }
  await executor.dispose();
});

test("the build that was asked for runs, or the error says how to start Node", async () => {
  for (const backend of ["wasm", "auto"] as const) {
    const plain = await createExecutor(backend, { build: "plain", threads: 1 });
    expect(plain.details.build).toBe("plain");
    await plain.dispose();
  }
  const validate = vi.spyOn(WebAssembly, "validate");
  try {
    // What this Node answers does not matter: the relaxed build is the one that is asked about first.
    validate.mockImplementationOnce(() => false);
    const refused = createExecutor("wasm", { build: "relaxed" });
    await expect(refused).rejects.toBeInstanceOf(BackendError);
    await expect(refused).rejects.toThrow(
      "backend wasm: expected WebAssembly with relaxed SIMD, got a machine without it. Start Node as node --experimental-wasm-relaxed-simd, or use Node 22, which needs no flag, or choose the build plain.",
    );
    // Another backend has other bits, so auto does not go on.
    validate.mockImplementationOnce(() => false);
    await expect(createExecutor("auto", { build: "relaxed" })).rejects.toThrow("relaxed SIMD, got a machine");
  } finally {
    validate.mockRestore();
  }
});

test("a build that does not exist, or for another backend, is refused", async () => {
  const unknown = createExecutor("wasm", { build: "relaxd" as WasmBuild });
  await expect(unknown).rejects.toThrow(
    'build: expected a build\'s name, got "relaxd". Did you mean relaxed? The names are relaxed, plain.',
  );
  await expect(unknown).rejects.toBeInstanceOf(UsageError);
  await expect(createExecutor("cpu", { build: "plain" })).rejects.toThrow(
    "option build: expected the backend wasm, the only one that has it, got cpu.",
  );
});
