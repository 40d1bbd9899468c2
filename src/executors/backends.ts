import { UsageError } from "../errors.ts";
import type { Executor } from "./executor.ts";
import { gpujsExecutor } from "./gpujs/gpujsExecutor.ts";
import { GPUJS_MODES } from "./gpujs/modes.ts";

/** What a network can run on; `auto` takes the first that the machine has. */
export const BACKENDS = ["auto", ...GPUJS_MODES] as const;
export type Backend = (typeof BACKENDS)[number];

/** @throws UsageError for an unknown name; BackendError where it does not work on this machine. */
export async function createExecutor(backend: Backend = "auto"): Promise<Executor> {
  if (BACKENDS.includes(backend)) return gpujsExecutor({ mode: backend });
  throw new UsageError({ where: "backend", expected: `one of ${BACKENDS.join(", ")}`, got: `${backend}` });
}
