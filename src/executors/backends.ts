import { UsageError } from "../errors.ts";
import { MEMORY_USES, type MemoryUse, PRECISIONS, type Precision } from "../kernels/wasmKernel.ts";
import type { Executor } from "./executor.ts";
import { gpujsExecutor } from "./gpujs/gpujsExecutor.ts";
import { availableModes, GPUJS_MODES } from "./gpujs/modes.ts";
import { wasmExecutor } from "./wasm/wasmExecutor.ts";
import { wasmBuilds } from "./wasm/wasmModule.ts";

/** What a network can run on; `auto` takes a GPU where there is one, else `wasm`. */
export const BACKENDS = ["auto", "wasm", ...GPUJS_MODES] as const;
export type Backend = (typeof BACKENDS)[number];

/**
 * Options that only `wasm` has. Where `auto` takes another backend they have no effect: that one multiplies as
 * exactly as it can, and its threads are the device's.
 */
export interface ExecutorOptions {
  /** `exact` forgoes what is faster and rounds more: Winograd's F(4x4). Default: `default`. */
  readonly precision?: Precision;
  /** `low` takes half of the memory on large networks, and a few percent more time. Default: `default`. */
  readonly memory?: MemoryUse;
  /** How many threads compute, from 1 to 64. Default: one for each of the processor's cores, as far as that is known. */
  readonly threads?: number;
}

/** More have not been tried, and would wait for each other. */
const MOST_THREADS = 64;
export const THREADS_EXPECTED = `a whole number from 1 to ${MOST_THREADS}`;

export function isThreadCount(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MOST_THREADS;
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
  const { precision = "default", memory = "default", threads } = options;
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
  const chosen = backend === "auto" ? await bestBackend() : backend;
  if (chosen === "wasm") return wasmExecutor({ precision, memory, threads });
  if (backend !== "auto")
    refuseForeign(
      { threads, precision: precision === "exact" || undefined, memory: memory === "low" || undefined },
      chosen,
    );
  return gpujsExecutor({ mode: chosen });
}

function refuseForeign(options: Readonly<Record<string, unknown>>, backend: string): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    throw new UsageError({
      where: `option ${name}`,
      expected: "the backend wasm, which alone has it",
      got: backend,
      hint: "Leave it away, or choose wasm.",
    });
  }
}

async function bestBackend(): Promise<Exclude<Backend, "auto">> {
  const [mode] = await availableModes();
  const hasGpu = mode === "webgpu" || mode === "webgl2";
  return !hasGpu && wasmBuilds().length > 0 ? "wasm" : mode;
}
