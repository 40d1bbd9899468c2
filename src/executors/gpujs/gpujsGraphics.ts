import { GPU } from "gpu.js";

/**
 * Whether gpu.js can use WebGPU and WebGL 2 here. This is a module of its own so that it can be loaded on demand:
 * gpu.js is CommonJS, and bundlers keep the names of a CommonJS module only if it is imported statically.
 */
export async function gpujsGraphics(): Promise<{ webgpu: boolean; webgl2: boolean }> {
  return { webgpu: await GPU.isWebGPUAvailable(), webgl2: GPU.isWebGL2Supported };
}
