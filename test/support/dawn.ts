import { join } from "node:path";
import type { Gpu } from "../../src/executors/wgsl/device/webgpu.ts";

/**
 * WebGPU for tests in Node: the npm package `webgpu` (Dawn), whose folder CENTERNET_WEBGPU names. On a machine
 * without a GPU, VK_ICD_FILENAMES names Chromium's software adapter; see docs/verification.md.
 */
export const NO_DAWN =
  "no WebGPU in Node: CENTERNET_WEBGPU names the folder of the npm package webgpu, VK_ICD_FILENAMES a driver";

/** The instance dies with its last reference, and the process with it. */
let instance: Gpu | undefined;

export async function dawn(): Promise<Gpu | undefined> {
  const folder = process.env.CENTERNET_WEBGPU;
  if (folder === undefined) return undefined;
  const { create } = await import(join(folder, "index.js"));
  // Without it, the software adapter takes six times as long to compile a shader.
  instance ??= create(["enable-dawn-features=disable_workgroup_init"]) as Gpu;
  return (await instance.requestAdapter()) ? instance : undefined;
}

/** Lets `load()` and `verify` find it as a browser's page would: as `navigator.gpu`. */
export async function installDawn(): Promise<boolean> {
  const gpu = await dawn();
  if (gpu) Object.defineProperty(globalThis, "navigator", { value: { gpu }, configurable: true });
  return gpu !== undefined;
}
