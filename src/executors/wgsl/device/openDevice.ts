import { machineGpu, NO_GPU_HINT } from "#machineGpu";
import { BackendError } from "../../../errors.ts";
import type { Precision } from "../../../kernels/kernel.ts";
import type { Tile, WgslTarget } from "../../../kernels/wgsl/kernel.ts";
import { SMALL_TILES, TILES } from "../../../kernels/wgsl/tiles.ts";
import { DeviceLoss } from "./deviceLoss.ts";
import type { Gpu, GpuAdapter, GpuDevice } from "./webgpu.ts";

/** A device of this project's own, and what is known of it. */
export interface OpenDevice extends AdapterClass {
  readonly device: GpuDevice;
  /** Of the adapter. */
  readonly name: string;
  readonly loss: DeviceLoss;
}

/** What kernels for the device are made for. */
export function kernelTarget({ tiles, slots, device }: OpenDevice, precision: Precision): WgslTarget {
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  return { precision, tiles, slots, maxBindingBytes: Math.min(maxBufferSize, maxStorageBufferBindingSize) };
}

/** The name of this machine's GPU, where it is a real one: `auto` asks. */
export async function realGpuName(): Promise<string | undefined> {
  const gpu = await machineGpu().catch(() => undefined);
  const adapter = await gpu?.requestAdapter({ powerPreference: "high-performance" }).catch(() => null);
  return adapter && !isSoftware(adapter) ? adapterName(adapter) : undefined;
}

/**
 * Takes the fastest adapter with all the memory that it gives.
 *
 * @throws BackendError where there is no WebGPU, no adapter, or no device to be had.
 */
export async function openDevice(gpu?: Gpu): Promise<OpenDevice> {
  const api = gpu ?? (await machineGpu());
  if (!api) throw refuse("WebGPU", "a machine without it", NO_GPU_HINT);
  const adapter = await api
    .requestAdapter({ powerPreference: "high-performance" })
    .catch((error: unknown) => {
      throw refuse("an adapter", messageOf(error), undefined, error);
    });
  if (!adapter) throw refuse("an adapter of WebGPU", "none", NO_GPU_HINT);
  const device = await requestDevice(adapter);
  return { ...adapterClass(adapter), device, name: adapterName(adapter), loss: new DeviceLoss(device) };
}

async function requestDevice(adapter: GpuAdapter): Promise<GpuDevice> {
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  try {
    return await adapter.requestDevice({ requiredLimits: { maxBufferSize, maxStorageBufferBindingSize } });
  } catch (error) {
    throw refuse(`a device of ${adapterName(adapter)}`, messageOf(error), undefined, error);
  }
}

function refuse(
  expected: string,
  got: string,
  hint = "Choose another backend.",
  cause?: unknown,
): BackendError {
  return new BackendError({ where: "backend wgsl", expected, got, hint }, { cause });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

/** What kernels and submits are sized by. */
export interface AdapterClass extends Pick<WgslTarget, "tiles" | "slots"> {
  /**
   * Multiply-adds in a submit. A system that waits longer than some seconds for one resets the device: so much
   * takes 0.2 s on the weakest device of the class.
   */
  readonly workOfSubmit: number;
}

const isAtMost = (threads: number) => (tile: Tile) =>
  (tile.rows * tile.columns) / (tile.threadRows * tile.threadColumns) <= threads;

const CLASSES = {
  /** Several teraflops, tens of cores that hold two workgroups each. */
  discrete: { tiles: TILES, slots: 264, workOfSubmit: 100e9 },
  /** From 0.3 teraflops on. */
  integrated: { tiles: TILES.filter(isAtMost(64)), slots: 48, workOfSubmit: 20e9 },
  /** The processor. */
  software: { tiles: SMALL_TILES, slots: 4, workOfSubmit: 0.2e9 },
} satisfies Record<string, AdapterClass>;

/** AMD calls its integrated GPUs Radeon, too, and browsers tell no more than the vendor: in doubt, not discrete. */
const DISCRETE = /nvidia|geforce|radeon (rx (?!vega \d+ graphics)|pro|vii)|firepro|instinct/i;
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software|basic render/i;

export function adapterClass(adapter: GpuAdapter): AdapterClass {
  if (isSoftware(adapter)) return CLASSES.software;
  return DISCRETE.test(adapterName(adapter)) ? CLASSES.discrete : CLASSES.integrated;
}

/** Whether the processor plays the part of a GPU. */
export function isSoftware(adapter: GpuAdapter): boolean {
  const { info, isFallbackAdapter } = adapter;
  return Boolean(isFallbackAdapter || info?.isFallbackAdapter || SOFTWARE.test(adapterName(adapter)));
}

/** As far as the system tells it: `nvidia hopper NVIDIA H200`. */
function adapterName({ info }: GpuAdapter): string {
  const { vendor, architecture, device, description } = info ?? {};
  const words = [vendor, architecture, description || device].filter(Boolean);
  return words.length > 0 ? words.join(" ") : "a GPU without a name";
}
