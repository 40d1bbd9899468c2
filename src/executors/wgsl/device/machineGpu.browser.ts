import type { Gpu } from "./webgpu.ts";

/** Whether the browser has WebGPU. */
export function mayHaveGpu(): boolean {
  return ownGpu() !== undefined;
}

/** The browser's WebGPU, if it has one. */
export async function machineGpu(): Promise<Gpu | undefined> {
  return ownGpu();
}

function ownGpu(): Gpu | undefined {
  return (globalThis.navigator as { gpu?: Gpu } | undefined)?.gpu;
}

export const NO_GPU_HINT = "Use another browser or another backend.";
