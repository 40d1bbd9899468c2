/** What this machine's graphics adapters are called, and whether one is a GPU or only computes on the processor. */
import type { GpuAdapterInfo } from "./wgsl/device/webgpu.ts";

/** What a WebGPU adapter says of itself: the part of `GPUAdapter` that tells which one it is. */
export interface AdapterDescription {
  /** Missing in older browsers. */
  readonly info?: GpuAdapterInfo;
  readonly isFallbackAdapter?: boolean;
}

/** SwiftShader, Mesa's, Microsoft's (WARP is "Basic Render"), and Apple's. Vendor 65541 is Mesa's own, as Deno reports it. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render|\bwarp\b|^65541\b/i;

/** Whether a WebGPU adapter runs on the CPU: `wasm` is faster there. */
export function isSoftware(adapter: AdapterDescription): boolean {
  const { info, isFallbackAdapter } = adapter;
  return Boolean(isFallbackAdapter || info?.isFallbackAdapter || isSoftwareName(adapterName(adapter)));
}

export function isSoftwareName(name: string): boolean {
  return SOFTWARE.test(name);
}

/** The adapter's name, as far as the system reports it: `nvidia hopper NVIDIA H200`. */
export function adapterName({ info }: AdapterDescription): string {
  const { vendor, architecture, device, description } = info ?? {};
  const words = [vendor, architecture, description || device].filter(Boolean);
  return words.length > 0 ? words.join(" ") : "an unnamed GPU";
}

/** Name of the adapter that draws for WebGL 2; undefined if this is no browser or it has no WebGL 2. */
export function webgl2Renderer(): string | undefined {
  if (typeof OffscreenCanvas === "undefined") return undefined;
  const gl = new OffscreenCanvas(1, 1).getContext("webgl2");
  if (!gl) return undefined;
  // Some browsers give the real name only through the extension, others only without it.
  const extension = gl.getExtension("WEBGL_debug_renderer_info");
  const name: unknown = gl.getParameter(extension?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER);
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return typeof name === "string" && name !== "" ? name : "an unnamed GPU";
}
