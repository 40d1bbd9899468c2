import type { Plan } from "../backend/executor.ts";
import type { LayerTimes } from "../backend/layerTimes.ts";
import { BackendError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";

/** What several runs of a plan took. */
export interface PlanTimes {
  /** Layer by layer, one entry per run. */
  readonly timed: readonly LayerTimes[];
  /** The milliseconds of the fastest of as many ordinary runs, reading the outputs included. */
  readonly untimed: number;
}

/**
 * Times the layers of a plan over several runs, and whole runs in turn with them.
 *
 * @throws BackendError if the backend cannot time its layers.
 * @throws the signal's reason once it is aborted.
 */
export async function timePlan(
  plan: Plan,
  inputs: Readonly<Record<string, Tensor>>,
  {
    runs,
    signal,
    backend,
  }: { readonly runs: number; readonly signal?: AbortSignal; readonly backend: string },
): Promise<PlanTimes> {
  const timeLayers = plan.timeLayers?.bind(plan);
  if (!timeLayers) throw cannotTime(backend);
  const timed: LayerTimes[] = [];
  let untimed = Number.POSITIVE_INFINITY;
  await plan.run(inputs, { signal }); // compiles, and fills caches
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    await plan.run(inputs, { signal });
    untimed = Math.min(untimed, performance.now() - start);
    timed.push(await timeLayers(inputs, signal));
  }
  return { timed, untimed };
}

export function cannotTime(backend: string): BackendError {
  return new BackendError({
    where: `backend ${backend}`,
    expected: "one that can time its layers",
    got: "one that runs them as a whole",
    hint: "Choose wasm or wgsl.",
  });
}
