import type { Gpu } from "./webgpu.ts";

/** Dawn dies where its instance is collected as garbage while devices live. */
let instance: Promise<Gpu | undefined> | undefined;

/** The WebGPU of the process, if something put one there; else of the npm package `webgpu`, if it is installed. */
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
  const { create } = await import(name).catch(() => ({ create: undefined }));
  return typeof create === "function" ? create([]) : undefined;
}
