import type { IPipelineRunShortcut } from "gpu.js";

/**
 * How long a layer may take on threads of `webasm`, in milliseconds. gpu.js takes a minute without progress for a
 * thread that died, but the largest layers of an hourglass, one thread a number, take longer on a slow machine.
 */
export const LONGEST_LAYER = 30 * 60_000;

/** What compiles and runs a pipeline of `webasm`, in gpu.js 2.24.1; it has no setting for this. */
interface PipelineExecutor {
  sanityTimeoutMs?: number;
}

/** Call it before the first run, which makes the executor. */
export function patientPipeline(run: IPipelineRunShortcut): IPipelineRunShortcut {
  let executor: PipelineExecutor | false | undefined;
  Object.defineProperty(run.pipeline, "_executor", {
    get: () => executor,
    set(next: typeof executor) {
      if (next && next.sanityTimeoutMs !== undefined) next.sanityTimeoutMs = LONGEST_LAYER;
      executor = next;
    },
  });
  return run;
}
