import { machineGpu, NO_GPU_HINT } from "#machineGpu";
import { BackendError } from "../../../errors.ts";
import type { Precision } from "../../../kernels/precision.ts";
import type { WgslTarget } from "../../../kernels/wgsl/kernel.ts";
import { type AdapterClass, adapterClass, adapterName, isSoftware } from "../adapterClass.ts";
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
