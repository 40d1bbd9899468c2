import type { MemoryUse, Precision } from "../kernels/kernel.ts";

/** How a backend runs, besides its name. */
export interface BackendDetails {
  /** The build of the WebAssembly module: with fused multiply-adds (`relaxed`) or without. */
  readonly build?: "relaxed" | "plain";
  /** How many threads compute. */
  readonly threads?: number;
  readonly precision?: Precision;
  /** Set only if it is `low`. */
  readonly memory?: MemoryUse;
  /** Name of the GPU that `wgsl`, `webgpu` or `webgl2` uses, as far as the system reports it. */
  readonly adapter?: string;
  /** What was asked for but is not available on this machine, or what `auto` passed over, and why. */
  readonly note?: string;
}

/** `wasm (relaxed SIMD, 2 threads)` */
export function backendInWords(
  backend: string,
  { build, threads, precision, memory, adapter }: BackendDetails = {},
): string {
  const parts = [
    adapter,
    build && `${build} SIMD`,
    threads && `${threads} ${threads === 1 ? "thread" : "threads"}`,
    precision === "exact" && "precision exact",
    memory === "low" && "low memory",
  ].filter(Boolean);
  return parts.length > 0 ? `${backend} (${parts.join(", ")})` : backend;
}

/** What ran, as far as bits depend on it. */
export interface RanOn {
  readonly backend: string;
  readonly backendDetails: BackendDetails;
  readonly fused: boolean;
}

/** `wasm (plain SIMD, 2 threads), fused` */
export function runInWords({ backend, backendDetails, fused }: RanOn): string {
  return `${backendInWords(backend, backendDetails)}, ${fused ? "fused" : "op by op"}`;
}
