import { createRequire } from "node:module";
import { BackendError } from "../../../errors.ts";
import type { Gpu } from "./webgpu.ts";

/** Kept for good: Dawn crashes if its instance is garbage-collected while devices are alive. */
let instance: Promise<Gpu | undefined> | undefined;

// Compilers and bundlers must not resolve the name: the package is an optional peer.
const PACKAGE: string = "webgpu";

/** False if it is certain that `machineGpu` finds nothing. */
export function mayHaveGpu(): boolean {
  if (ownGpu()) return true;
  try {
    createRequire(import.meta.url).resolve(PACKAGE);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND";
  }
}

/**
 * The process's own WebGPU, if `navigator.gpu` is set; otherwise the npm package `webgpu`, if it is installed.
 *
 * @throws BackendError if the package is installed but does not load.
 */
export async function machineGpu(): Promise<Gpu | undefined> {
  const own = ownGpu();
  if (own) return own;
  instance ??= packageGpu();
  return instance;
}

function ownGpu(): Gpu | undefined {
  return (globalThis.navigator as { gpu?: Gpu } | undefined)?.gpu;
}

export const NO_GPU_HINT =
  "In Node: npm install webgpu@0.6.2, and a Vulkan loader on Linux (libvulkan1). Or use another backend.";

async function packageGpu(): Promise<Gpu | undefined> {
  try {
    const { create } = await import(PACKAGE);
    return typeof create === "function" ? create([]) : undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND") return undefined;
    const got = error instanceof Error ? error.message : String(error);
    const fault = { where: "backend wgsl", expected: "the npm package webgpu to load", got };
    throw new BackendError({ ...fault, hint: "Reinstall it, or choose another backend." }, { cause: error });
  }
}
