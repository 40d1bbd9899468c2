import { UsageError } from "../errors.ts";
import { PRECISIONS, type Precision } from "../kernels/wasmKernel.ts";
import type { Executor } from "./executor.ts";
import { gpujsExecutor } from "./gpujs/gpujsExecutor.ts";
import { availableModes, GPUJS_MODES } from "./gpujs/modes.ts";
import { wasmExecutor } from "./wasm/wasmExecutor.ts";
import { wasmBuilds } from "./wasm/wasmModule.ts";

/** What a network can run on; `auto` takes a GPU where there is one, else `wasm`. */
export const BACKENDS = ["auto", "wasm", ...GPUJS_MODES] as const;
export type Backend = (typeof BACKENDS)[number];

export interface ExecutorOptions {
  /** Of `wasm`: `exact` forgoes what is faster and rounds more. The other backends have one precision. */
  readonly precision?: Precision;
}

/** @throws UsageError for an unknown name; BackendError where it does not work on this machine. */
export async function createExecutor(
  backend: Backend = "auto",
  { precision = "default" }: ExecutorOptions = {},
): Promise<Executor> {
  if (!BACKENDS.includes(backend)) {
    throw new UsageError({ where: "backend", expected: `one of ${BACKENDS.join(", ")}`, got: `${backend}` });
  }
  if (!PRECISIONS.includes(precision)) {
    const expected = `one of ${PRECISIONS.join(", ")}`;
    throw new UsageError({ where: "precision", expected, got: `${precision}` });
  }
  const chosen = backend === "auto" ? await bestBackend() : backend;
  return chosen === "wasm" ? wasmExecutor({ precision }) : gpujsExecutor({ mode: chosen });
}

async function bestBackend(): Promise<Exclude<Backend, "auto">> {
  const [mode] = await availableModes();
  const hasGpu = mode === "webgpu" || mode === "webgl2";
  return !hasGpu && wasmBuilds().length > 0 ? "wasm" : mode;
}
