import type { MemoryUse, Precision } from "../kernels/kernel.ts";

/** How a backend runs, beside its name. gpu.js has nothing to say here. */
export interface BackendDetails {
  /** Which build of the WebAssembly module: with fused multiply-adds (`relaxed`), or without. */
  readonly build?: "relaxed" | "plain";
  /** How many compute. */
  readonly threads?: number;
  readonly precision?: Precision;
  /** Only where it is `low`. */
  readonly memory?: MemoryUse;
  /** The GPU that `wgsl` took, as far as the system tells its name. */
  readonly adapter?: string;
  /** What was wanted and is not to be had on this machine, and why. */
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
