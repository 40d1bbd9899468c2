import type { Gpu } from "./webgpu.ts";

/** The browser's WebGPU, if it has one. */
export async function machineGpu(): Promise<Gpu | undefined> {
  return (globalThis.navigator as { gpu?: Gpu } | undefined)?.gpu;
}

export const NO_GPU_HINT = "Use another browser or another backend.";
