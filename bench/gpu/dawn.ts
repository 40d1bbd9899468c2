import { createRequire } from "node:module";
import { join } from "node:path";
import { BackendError } from "../../src/errors.ts";
import type { Gpu } from "../../src/executors/wgsl/device/webgpu.ts";

/** Kept for good: the process crashes if an instance is garbage-collected while in use. */
const instances: Gpu[] = [];

/**
 * Opens WebGPU with timestamps of full resolution: from the npm package `webgpu` in the folder CENTERNET_WEBGPU, or from
 * its native module DAWN_NODE, as in a packed folder.
 *
 * @param toggles Dawn's toggles to switch on.
 * @throws BackendError if the package is missing or does not load.
 */
export async function openDawn(toggles: readonly string[]): Promise<Gpu> {
  const { create, globals } = await dawnModule().catch((error: unknown) => {
    throw noDawn(error instanceof Error ? error.message.split("\n")[0] : String(error), error);
  });
  if (typeof create !== "function") throw noDawn("another package");
  Object.assign(globalThis, globals);
  const enabled = toggles.length > 0 ? [`enable-dawn-features=${toggles.join(",")}`] : [];
  const gpu: Gpu = create(["disable-dawn-features=timestamp_quantization", ...enabled]);
  instances.push(gpu);
  // gpu.js expects it there.
  Object.defineProperty(globalThis, "navigator", { value: { gpu }, configurable: true });
  return gpu;
}

async function dawnModule() {
  const { DAWN_NODE, CENTERNET_WEBGPU } = process.env;
  if (DAWN_NODE) return createRequire(import.meta.url)(DAWN_NODE);
  return import(CENTERNET_WEBGPU ? join(CENTERNET_WEBGPU, "index.js") : "webgpu");
}

function noDawn(got: string, cause?: unknown): BackendError {
  const expected = "the npm package webgpu, in the folder that CENTERNET_WEBGPU names";
  return new BackendError({ where: "bench gpu", expected, got }, { cause });
}
