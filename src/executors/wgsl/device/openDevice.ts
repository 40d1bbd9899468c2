import { machineGpu, NO_GPU_HINT } from "#machineGpu";
import type { Precision } from "../../../kernels/kernel.ts";
import type { Tile, WgslTarget } from "../../../kernels/wgsl/kernel.ts";
import { SMALL_TILES, TILES } from "../../../kernels/wgsl/tiles.ts";
import { adapterName, isSoftware } from "../../adapters.ts";
import { DeviceLoss, messageOf, type WatchedDevice, wgslError } from "./deviceErrors.ts";
import { TIMESTAMPS } from "./passClock.ts";
import type { Gpu, GpuAdapter, GpuDevice } from "./webgpu.ts";

/** A device, and what is known about its adapter. */
export interface OpenDevice extends WatchedDevice, AdapterClass {}

/** What kernels for the device are compiled for. */
export function kernelTarget({ tiles, slots, device }: OpenDevice, precision: Precision): WgslTarget {
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  return { precision, tiles, slots, maxBindingBytes: Math.min(maxBufferSize, maxStorageBufferBindingSize) };
}

/** The adapter that `wgsl` would use; undefined if this machine has none. Backend `auto` asks. */
export async function fastestAdapter(): Promise<GpuAdapter | undefined> {
  const gpu = await machineGpu().catch(() => undefined);
  const adapter = await gpu?.requestAdapter({ powerPreference: "high-performance" }).catch(() => null);
  return adapter ?? undefined;
}

/**
 * Opens the fastest adapter, with the largest buffers that it allows.
 *
 * @throws BackendError if the machine has no WebGPU, no adapter, or refuses a device.
 */
export async function openDevice(gpu?: Gpu): Promise<OpenDevice> {
  const api = gpu ?? (await machineGpu());
  if (!api) throw wgslError("WebGPU", "a machine without it", { hint: NO_GPU_HINT });
  const adapter = await api
    .requestAdapter({ powerPreference: "high-performance" })
    .catch((error: unknown) => {
      throw wgslError("a WebGPU adapter", messageOf(error), { cause: error });
    });
  if (!adapter) throw wgslError("a WebGPU adapter", "none", { hint: NO_GPU_HINT });
  const device = await requestDevice(adapter);
  return { ...adapterClass(adapter), device, name: adapterName(adapter), loss: new DeviceLoss(device) };
}

async function requestDevice(adapter: GpuAdapter): Promise<GpuDevice> {
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const requiredLimits = { maxBufferSize, maxStorageBufferBindingSize };
  const requiredFeatures = [TIMESTAMPS].filter((feature) => adapter.features.has(feature));
  try {
    return await adapter.requestDevice({ requiredLimits, requiredFeatures });
  } catch (error) {
    throw wgslError(`a device of ${adapterName(adapter)}`, messageOf(error), { cause: error });
  }
}

/** What tiles and command buffers are sized for. */
export interface AdapterClass extends Pick<WgslTarget, "tiles" | "slots"> {
  /**
   * Multiply-adds per command buffer. Systems reset a device if one takes longer than a few seconds; this much takes
   * 0.2 s on the weakest device of the class.
   */
  readonly workPerSubmit: number;
}

const hasMaxThreads = (threads: number) => (tile: Tile) =>
  (tile.rows * tile.columns) / (tile.threadRows * tile.threadColumns) <= threads;

const CLASSES = {
  /** Several teraflops; tens of cores, each of which holds two workgroups. */
  discrete: { tiles: TILES, slots: 264, workPerSubmit: 100e9 },
  /** 0.3 teraflops or more. */
  integrated: { tiles: TILES.filter(hasMaxThreads(64)), slots: 48, workPerSubmit: 20e9 },
  /** Runs on the CPU. */
  software: { tiles: SMALL_TILES, slots: 4, workPerSubmit: 0.2e9 },
} satisfies Record<string, AdapterClass>;

/**
 * AMD's integrated GPUs are called Radeon as well, and browsers report no more than the vendor. If in doubt, a GPU
 * counts as integrated.
 */
const DISCRETE = /nvidia|geforce|radeon (rx (?!vega \d+ graphics)|pro|vii)|firepro|instinct/i;

export function adapterClass(adapter: GpuAdapter): AdapterClass {
  if (isSoftware(adapter)) return CLASSES.software;
  return DISCRETE.test(adapterName(adapter)) ? CLASSES.discrete : CLASSES.integrated;
}
