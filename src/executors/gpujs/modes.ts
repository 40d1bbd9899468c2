import { BackendError } from "../../errors.ts";

/** Where gpu.js can run kernels, best first. */
export const GPUJS_MODES = ["webgpu", "webgl2", "webasm", "cpu"] as const;
export type GpujsMode = (typeof GPUJS_MODES)[number];

/**
 * Chosen here and not by gpu.js: its own automatic modes take WebAssembly in Node without asking for WebGPU,
 * and never fuse a pipeline on WebGPU.
 */
export async function availableModes(): Promise<GpujsMode[]> {
  const graphics = await graphicsModes();
  const available: Record<GpujsMode, boolean> = {
    ...graphics,
    webasm: typeof WebAssembly === "object",
    cpu: true,
  };
  return GPUJS_MODES.filter((mode) => available[mode]);
}

/** gpu.js, which can tell exactly, is large, and loaded only where there is something to tell: not in Node. */
async function graphicsModes(): Promise<{ webgpu: boolean; webgl2: boolean }> {
  if (!mayHaveGraphics()) return { webgpu: false, webgl2: false };
  const { gpujsGraphics } = await import("./gpujsGraphics.ts");
  return gpujsGraphics();
}

function mayHaveGraphics(): boolean {
  const hasCanvas = typeof OffscreenCanvas !== "undefined" || typeof document !== "undefined";
  return hasCanvas || (typeof navigator !== "undefined" && "gpu" in navigator);
}

/** @throws BackendError where the machine does not have that mode. */
export async function chooseMode(wanted: GpujsMode | "auto"): Promise<GpujsMode> {
  const modes = await availableModes();
  if (wanted === "auto") return modes[0];
  if (modes.includes(wanted)) return wanted;
  throw new BackendError({
    where: `backend ${wanted}`,
    expected: `one that this machine has (${modes.join(", ")})`,
    got: wanted,
    hint: wanted.startsWith("web") ? "Node has no WebGPU or WebGL of its own; browsers do." : undefined,
  });
}
