import { BackendError } from "../../../errors.ts";
import type { Gpu } from "./webgpu.ts";

/** Dawn dies where its instance is collected as garbage while devices live. */
let instance: Promise<Gpu | undefined> | undefined;

/**
 * The WebGPU of the process, if something put one there; else of the npm package `webgpu`, if it is installed.
 *
 * @throws BackendError where the package is installed and does not load.
 */
export async function machineGpu(): Promise<Gpu | undefined> {
  const own = (globalThis.navigator as { gpu?: Gpu } | undefined)?.gpu;
  if (own) return own;
  instance ??= packageGpu();
  return instance;
}

export const NO_GPU_HINT =
  "In Node: npm install webgpu@0.6.2, and a Vulkan loader on Linux (libvulkan1). Or take another backend.";

async function packageGpu(): Promise<Gpu | undefined> {
  // A name that compilers and bundlers do not follow: the package is nobody's dependency.
  const name: string = "webgpu";
  try {
    const { create } = await import(name);
    return typeof create === "function" ? create([]) : undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND") return undefined;
    const got = error instanceof Error ? error.message : String(error);
    const fault = { where: "backend wgsl", expected: "the npm package webgpu to load", got };
    throw new BackendError(
      { ...fault, hint: "Install it anew, or choose another backend." },
      { cause: error },
    );
  }
}
