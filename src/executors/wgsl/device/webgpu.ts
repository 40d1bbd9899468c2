/** The part of the WebGPU API (https://www.w3.org/TR/webgpu) used here; TypeScript's DOM library lacks it so far. */

export interface Gpu {
  requestAdapter(options?: { powerPreference?: "high-performance" }): Promise<GpuAdapter | null>;
}

export interface GpuLimits {
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
}

export interface GpuAdapter {
  readonly limits: GpuLimits;
  /** Missing in older browsers. */
  readonly info?: GpuAdapterInfo;
  readonly isFallbackAdapter?: boolean;
  readonly features: ReadonlySet<string>;
  requestDevice(options?: {
    requiredLimits?: Readonly<Partial<GpuLimits>>;
    requiredFeatures?: readonly string[];
  }): Promise<GpuDevice>;
}

/** The strings of `GPUAdapterInfo`, each empty where the system does not tell. */
export interface GpuAdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly isFallbackAdapter?: boolean;
}

export interface GpuDevice {
  readonly limits: GpuLimits;
  /** Those it was requested with. */
  readonly features?: ReadonlySet<string>;
  readonly queue: GpuQueue;
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  createBuffer(options: { size: number; usage: number }): GpuBuffer;
  createShaderModule(options: { code: string }): GpuShaderModule;
  createComputePipelineAsync(options: {
    layout: "auto";
    compute: { module: GpuShaderModule; entryPoint: string };
  }): Promise<GpuComputePipeline>;
  createBindGroup(options: {
    layout: GpuBindGroupLayout;
    entries: readonly { binding: number; resource: { buffer: GpuBuffer } }[];
  }): GpuBindGroup;
  createCommandEncoder(): GpuCommandEncoder;
  createQuerySet(options: { type: "timestamp"; count: number }): GpuQuerySet;
  pushErrorScope(filter: "validation" | "out-of-memory" | "internal"): void;
  popErrorScope(): Promise<{ readonly message: string } | null>;
  destroy(): void;
}

export interface GpuQueue {
  writeBuffer(buffer: GpuBuffer, offset: number, data: Float32Array | Uint32Array | Uint8Array): void;
  submit(commands: readonly GpuCommandBuffer[]): void;
  onSubmittedWorkDone(): Promise<unknown>;
}

export interface GpuBuffer {
  readonly size: number;
  mapAsync(mode: number): Promise<unknown>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
  destroy(): void;
}

export interface GpuCommandEncoder {
  beginComputePass(options?: { timestampWrites: object }): GpuComputePass;
  resolveQuerySet(set: GpuQuerySet, first: number, count: number, to: GpuBuffer, offset: number): void;
  copyBufferToBuffer(
    from: GpuBuffer,
    fromOffset: number,
    to: GpuBuffer,
    toOffset: number,
    size: number,
  ): void;
  finish(): GpuCommandBuffer;
}

export interface GpuComputePass {
  setPipeline(pipeline: GpuComputePipeline): void;
  setBindGroup(index: number, group: GpuBindGroup): void;
  dispatchWorkgroups(x: number, y: number, z: number): void;
  end(): void;
}

export interface GpuComputePipeline {
  getBindGroupLayout(index: number): GpuBindGroupLayout;
}

export interface GpuQuerySet {
  destroy(): void;
}

/** Opaque handles. */
export type GpuShaderModule = object;
export type GpuBindGroupLayout = object;
export type GpuBindGroup = object;
export type GpuCommandBuffer = object;

/** Bits of GPUBufferUsage. */
export const USAGE = {
  mapRead: 0x1,
  copySource: 0x4,
  copyDestination: 0x8,
  storage: 0x80,
  queryResolve: 0x200,
} as const;
/** GPUMapMode.READ. */
export const MAP_READ = 0x1;
