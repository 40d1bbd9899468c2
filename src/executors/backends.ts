import type { Executor } from "../backend/executor.ts";
import { type Fault, UsageError } from "../errors.ts";
import {
  MEMORY_USES,
  type MemoryUse,
  PRECISIONS,
  type Precision,
  WASM_BUILDS,
  type WasmBuild,
} from "../kernels/kernel.ts";
import { unknownName } from "../support/unknownName.ts";
import { bestExecutor } from "./bestExecutor.ts";
import { GPUJS_MODES } from "./gpujs/modes.ts";
import { wasmExecutor } from "./wasm/wasmExecutor.ts";
import { chooseBuild } from "./wasm/wasmModule.ts";
import type { PrepareProgress } from "./wgsl/deviceGraph.ts";

/**
 * What a network can run on. `auto` is `wgsl` if there is a real GPU, otherwise `wasm`; the gpu.js backends only if
 * neither works, and none of them on a software adapter.
 */
export const BACKENDS = ["auto", "wgsl", "wasm", ...GPUJS_MODES] as const;
export type Backend = (typeof BACKENDS)[number];

/**
 * Options that only some backends have. If `auto` chooses a backend without an option, the option has no effect: gpu.js
 * never uses Winograd, and only `wasm` lets the caller choose threads, memory and build.
 */
export interface ExecutorOptions {
  /** For `wasm` and `wgsl`: `exact` forgoes Winograd's F(4x4), which is faster but rounds more. Default: `default`. */
  readonly precision?: Precision;
  /** For `wasm`: `low` takes about 60 % of the memory on large networks and a few percent more time. Default: `default`. */
  readonly memory?: MemoryUse;
  /** For `wasm`: the number of threads, from 1 to 64. Default: one per core of the processor, at most 8. */
  readonly threads?: number;
  /**
   * For `wasm`: the build of its module. `relaxed` rounds multiply-adds once and is faster; `plain` gives the same
   * numbers on every machine. Default: the best that the machine can run. One that it cannot run is an error.
   */
  readonly build?: WasmBuild;
  /** For `wgsl`: the backend that takes over if the GPU is lost for good. Default: such a loss is an error. */
  readonly fallback?: Exclude<Backend, "auto" | "wgsl">;
  /** For `wgsl`: called while shaders compile and weights are uploaded. */
  readonly onPrepare?: PrepareProgress;
}

/** The backends that have each option. */
const OWNERS = {
  precision: ["wasm", "wgsl"],
  memory: ["wasm"],
  threads: ["wasm"],
  build: ["wasm"],
  fallback: ["wgsl"],
} satisfies Partial<Record<keyof ExecutorOptions, readonly Backend[]>>;

/** Whether a backend has an option. `auto` takes all of them, without effect if what it chooses has none. */
export function hasOption(backend: Backend, option: keyof typeof OWNERS): boolean {
  const owners: readonly Backend[] = OWNERS[option];
  return backend === "auto" || owners.includes(backend);
}

/** Untested beyond this; further threads would mostly wait. */
const MAX_THREADS = 64;
/** What `isThreadCount` asks for, in words. */
export const THREADS_EXPECTED = `a whole number from 1 to ${MAX_THREADS}`;

/** Whether a value may be the option `threads`. */
export function isThreadCount(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_THREADS;
}

/**
 * Opens a backend and checks it with a self-test.
 *
 * @throws UsageError for an unknown backend, an invalid value, or an option that the backend does not have.
 * @throws BackendError if the backend does not work on this machine.
 */
export async function createExecutor(
  backend: Backend = "auto",
  options: ExecutorOptions = {},
): Promise<Executor> {
  if (!BACKENDS.includes(backend)) {
    throw new UsageError(unknownBackend(String(backend), "backend"));
  }
  const { precision = "default", memory = "default", threads, build, fallback } = options;
  if (!PRECISIONS.includes(precision)) {
    throw new UsageError(unknownPrecision(String(precision), "precision"));
  }
  if (!MEMORY_USES.includes(memory)) {
    const expected = "a memory use's name";
    throw new UsageError(
      unknownName({ where: "memory", expected, name: String(memory), names: MEMORY_USES }),
    );
  }
  if (threads !== undefined && !isThreadCount(threads)) {
    throw new UsageError({ where: "threads", expected: THREADS_EXPECTED, got: `${threads}` });
  }
  if (build !== undefined && !WASM_BUILDS.includes(build)) {
    throw new UsageError(unknownBuild(String(build), "build"));
  }
  if (fallback !== undefined && !FALLBACKS.includes(fallback)) {
    const expected = "a backend's name";
    throw new UsageError(
      unknownName({ where: "fallback", expected, name: String(fallback), names: FALLBACKS }),
    );
  }
  // Here too, or `auto` would go on to a backend that has no such bits.
  if (backend === "auto" && build) chooseBuild(build);
  if (backend === "auto") return bestExecutor((candidate) => executorOf(candidate, options));
  refuseForeign(options, backend);
  return executorOf(backend, options);
}

/** What other programs call the backends. */
const BACKEND_ALIASES: Readonly<Record<string, Backend>> = {
  gpu: "wgsl",
  cuda: "wgsl",
  "cuda:0": "wgsl",
  "0": "wgsl",
  mps: "wgsl",
  metal: "wgsl",
  vulkan: "wgsl",
  webgl: "webgl2",
  webassembly: "wasm",
  simd: "wasm",
  node: "wasm",
  js: "cpu",
  default: "auto",
  best: "auto",
};

export function unknownBackend(name: string, where: string): Fault {
  return unknownName({
    where,
    expected: "a backend's name",
    name,
    names: BACKENDS,
    aliases: BACKEND_ALIASES,
  });
}

/** Numbers are float32 on every backend. */
const PRECISION_ALIASES = { float32: "default", fp32: "default", full: "exact", high: "exact" };

export function unknownPrecision(name: string, where: string): Fault {
  const expected = "a precision's name";
  return unknownName({ where, expected, name, names: PRECISIONS, aliases: PRECISION_ALIASES });
}

const BUILD_ALIASES = { default: "plain", simd: "plain", fma: "relaxed", fast: "relaxed" };

export function unknownBuild(name: string, where: string): Fault {
  const expected = "a build's name";
  return unknownName({ where, expected, name, names: WASM_BUILDS, aliases: BUILD_ALIASES });
}

const FALLBACKS = BACKENDS.filter((backend) => backend !== "auto" && backend !== "wgsl");

async function executorOf(backend: Exclude<Backend, "auto">, options: ExecutorOptions): Promise<Executor> {
  const { precision, memory, threads, build, fallback, onPrepare } = options;
  if (backend === "wasm") return wasmExecutor({ precision, memory, threads, build });
  // The other backends are most of this package, so they are loaded only if they are used.
  if (backend !== "wgsl") {
    const { gpujsExecutor } = await import("./gpujs/gpujsExecutor.ts");
    return gpujsExecutor({ mode: backend });
  }
  const { wgslExecutor } = await import("./wgsl/wgslExecutor.ts");
  return wgslExecutor({
    precision,
    onProgress: onPrepare,
    fallback: fallback && (() => executorOf(fallback, { precision, memory, threads, build })),
  });
}

function refuseForeign(options: ExecutorOptions, backend: Backend): void {
  for (const [name, owners] of Object.entries(OWNERS)) {
    const value = options[name as keyof typeof OWNERS];
    const isDefault = value === undefined || value === "default";
    if (isDefault || (owners as readonly Backend[]).includes(backend)) continue;
    const [alone, ...others] = owners;
    throw new UsageError({
      where: `option ${name}`,
      expected:
        others.length > 0
          ? `one of the backends ${owners.join(", ")}`
          : `the backend ${alone}, the only one that has it`,
      got: backend,
      hint: `Leave the option out, or choose ${owners.join(" or ")}.`,
    });
  }
}
