import { BackendError } from "../../errors.ts";

/** The modes in which gpu.js runs kernels, best first. */
export const GPUJS_MODES = ["webgpu", "webgl2", "webasm", "cpu"] as const;
export type GpujsMode = (typeof GPUJS_MODES)[number];

/**
 * The modes that this machine has, best first. The choice is not left to gpu.js, whose automatic mode takes WebAssembly
 * in Node without trying WebGPU and never fuses a pipeline on WebGPU.
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

/** Only gpu.js knows for certain, but it is large. It is loaded only if there may be graphics, so never in Node. */
async function graphicsModes(): Promise<{ webgpu: boolean; webgl2: boolean }> {
  if (!mayHaveGraphics()) return { webgpu: false, webgl2: false };
  const { gpujsGraphics } = await import("./gpujsGraphics.ts");
  return gpujsGraphics();
}

function mayHaveGraphics(): boolean {
  const hasCanvas = typeof OffscreenCanvas !== "undefined" || typeof document !== "undefined";
  return hasCanvas || (typeof navigator !== "undefined" && "gpu" in navigator);
}

/** @throws BackendError if the machine does not have the mode. */
export async function chooseMode(wanted: GpujsMode | "auto"): Promise<GpujsMode> {
  const modes = await availableModes();
  if (wanted === "auto") return modes[0];
  if (modes.includes(wanted)) return wanted;
  throw new BackendError({
    where: `backend ${wanted}`,
    expected: `one that this machine has (${modes.join(", ")})`,
    got: wanted,
    hint: mayHaveGraphics()
      ? "Choose one of these, or another browser."
      : "Node has no WebGPU or WebGL of its own; browsers do.",
  });
}
