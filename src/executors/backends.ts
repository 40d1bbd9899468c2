import type { Executor } from "../backend/executor.ts";
import { BackendError, UsageError } from "../errors.ts";
import { MEMORY_USES, type MemoryUse, PRECISIONS, type Precision } from "../kernels/kernel.ts";
import { availableModes, GPUJS_MODES, type GpujsMode } from "./gpujs/modes.ts";
import { wasmExecutor } from "./wasm/wasmExecutor.ts";
import { wasmBuilds } from "./wasm/wasmModule.ts";
import type { PrepareProgress } from "./wgsl/deviceGraph.ts";

/** What a network can run on; `auto` takes `wgsl` where there is a real GPU, else `wasm`. */
export const BACKENDS = ["auto", "wgsl", "wasm", ...GPUJS_MODES] as const;
export type Backend = (typeof BACKENDS)[number];

/**
 * Options that only some backends have. Where `auto` takes another one they have no effect: that one multiplies
 * as exactly as it can, and its threads are the device's.
 */
export interface ExecutorOptions {
  /** Of `wasm` and `wgsl`: `exact` forgoes what is faster and rounds more: Winograd's F(4x4). Default: `default`. */
  readonly precision?: Precision;
  /** Of `wasm`: `low` takes some 60 % of the memory on large networks, and a few percent more time. Default: `default`. */
  readonly memory?: MemoryUse;
  /** Of `wasm`: how many threads compute, from 1 to 64. Default: one for each of the processor's cores, as far as that is known. */
  readonly threads?: number;
  /** Of `wgsl`: the backend that takes over where the GPU is lost and cannot be had again. Default: an error. */
  readonly fallback?: Exclude<Backend, "auto" | "wgsl">;
  /** Of `wgsl`: called while shaders compile and weights go to the GPU. */
  readonly onPrepare?: PrepareProgress;
}

/** The backends that have an option. */
const OWNERS = {
  precision: ["wasm", "wgsl"],
  memory: ["wasm"],
  threads: ["wasm"],
  fallback: ["wgsl"],
} satisfies Partial<Record<keyof ExecutorOptions, readonly Backend[]>>;

/** More have not been tried, and would wait for each other. */
const MAX_THREADS = 64;
export const THREADS_EXPECTED = `a whole number from 1 to ${MAX_THREADS}`;

export function isThreadCount(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_THREADS;
}

/**
 * @throws UsageError for an unknown name or value, or an option that the backend does not have.
 * @throws BackendError where it does not work on this machine.
 */
export async function createExecutor(
  backend: Backend = "auto",
  options: ExecutorOptions = {},
): Promise<Executor> {
  if (!BACKENDS.includes(backend)) {
    throw new UsageError({ where: "backend", expected: `one of ${BACKENDS.join(", ")}`, got: `${backend}` });
  }
  const { precision = "default", memory = "default", threads, fallback } = options;
  if (!PRECISIONS.includes(precision)) {
    const expected = `one of ${PRECISIONS.join(", ")}`;
    throw new UsageError({ where: "precision", expected, got: `${precision}` });
  }
  if (!MEMORY_USES.includes(memory)) {
    throw new UsageError({ where: "memory", expected: `one of ${MEMORY_USES.join(", ")}`, got: `${memory}` });
  }
  if (threads !== undefined && !isThreadCount(threads)) {
    throw new UsageError({ where: "threads", expected: THREADS_EXPECTED, got: `${threads}` });
  }
  if (fallback !== undefined && !FALLBACKS.includes(fallback)) {
    throw new UsageError({
      where: "fallback",
      expected: `one of ${FALLBACKS.join(", ")}`,
      got: `${fallback}`,
    });
  }
  if (backend === "auto") return bestExecutor(options);
  refuseForeign(options, backend);
  return executorOf(backend, options);
}

const FALLBACKS = BACKENDS.filter((backend) => backend !== "auto" && backend !== "wgsl");

async function executorOf(backend: Exclude<Backend, "auto">, options: ExecutorOptions): Promise<Executor> {
  const { precision, memory, threads, fallback, onPrepare } = options;
  if (backend === "wasm") return wasmExecutor({ precision, memory, threads });
  // The others are most of this package: who does not use them need not wait until they are read.
  if (backend !== "wgsl") {
    const { gpujsExecutor } = await import("./gpujs/gpujsExecutor.ts");
    return gpujsExecutor({ mode: backend });
  }
  const { wgslExecutor } = await import("./wgsl/wgslExecutor.ts");
  return wgslExecutor({
    precision,
    onProgress: onPrepare,
    fallback: fallback && (() => executorOf(fallback, { precision, memory, threads })),
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
          : `the backend ${alone}, which alone has it`,
      got: backend,
      hint: `Leave it away, or choose ${owners.join(" or ")}.`,
    });
  }
}

/** The best that works; what does not is told of. */
async function bestExecutor(options: ExecutorOptions): Promise<Executor> {
  const { realGpuName } = await import("./wgsl/device/openDevice.ts");
  const gpu = await realGpuName();
  const others = await otherBackends();
  const candidates = gpu === undefined ? others : (["wgsl", ...others] as const);
  let note: string | undefined;
  for (const backend of candidates) {
    try {
      const executor = await executorOf(backend, options);
      return note === undefined ? executor : { ...executor, details: { ...executor.details, note } };
    } catch (error) {
      if (!(error instanceof BackendError) || backend === candidates[candidates.length - 1]) throw error;
      note ??= `${gpu ?? backend} is not used: ${error.message}`;
    }
  }
  throw new BackendError({ where: "backend auto", expected: "one that this machine has", got: "none" });
}

/** All that the machine has beside `wgsl`, best first. */
async function otherBackends(): Promise<Exclude<Backend, "auto" | "wgsl">[]> {
  const modes = await availableModes();
  const isGraphics = (mode: GpujsMode) => mode === "webgpu" || mode === "webgl2";
  const wasm = wasmBuilds().length > 0 ? (["wasm"] as const) : [];
  return [...modes.filter(isGraphics), ...wasm, ...modes.filter((mode) => !isGraphics(mode))];
}
