import { type Column, formatTable } from "../../src/cli/terminal/table.ts";
import type { Gpu } from "../../src/executors/wgsl/device/webgpu.ts";
import { wgslExecutor } from "../../src/executors/wgsl/wgslExecutor.ts";
import { type GpuNetwork, imageInputs, prepareGraph } from "./gpuNetwork.ts";
import { HostClock } from "./hostClock.ts";

/**
 * CPU time of an image on `wgsl`, from the call with the image to its result: milliseconds on this thread, each the
 * minimum of the runs.
 */
export interface HostTimes extends GpuNetwork {
  readonly dispatches: number;
  readonly submits: number;
  /** Uploads and the encoding of all dispatches. */
  readonly encode: number;
  /** Duration of all `submit()` calls. */
  readonly submit: number;
  /** From the mapped buffer to the result. */
  readonly read: number;
  readonly reads: "maps" | "peaks";
}

/** Runs that do not count: they create buffers and compile. */
const WARM_UPS = 3;

export async function timeHost(
  api: Gpu,
  network: GpuNetwork,
  runs: number,
  signal?: AbortSignal,
): Promise<HostTimes> {
  const { graph, weights, peaks: wanted } = prepareGraph(network);
  const inputs = imageInputs(network);
  const clock = new HostClock(api);
  const executor = await wgslExecutor({ gpu: clock.gpu });
  try {
    const plan = await executor.prepare(graph, weights);
    // If there are too many peaks or none, each run would read the maps as well: then only maps are queried and timed.
    const peaks = (await plan.run(inputs, { peaks: wanted })).peaks && wanted;
    clock.dispatches = 0;
    await plan.run(inputs, { peaks });
    const { dispatches } = clock;
    clock.dispatches = undefined;
    const parts: HostParts[] = [];
    for (let run = 0; run < WARM_UPS + runs; run++) {
      clock.reset();
      signal?.throwIfAborted();
      const began = performance.now();
      await plan.run(inputs, { peaks });
      const ended = performance.now();
      const { submit, waitedFrom, mapped } = clock.marks;
      if (run < WARM_UPS) continue;
      parts.push({ encode: waitedFrom - began - submit, submit, read: ended - mapped });
    }
    const { submits } = clock.marks;
    const reads = peaks ? "peaks" : "maps";
    return { ...network, dispatches, submits, ...minimaOf(parts), reads };
  } finally {
    await executor.dispose();
  }
}

type HostParts = Pick<HostTimes, "encode" | "submit" | "read">;

/** Rounds to four digits, more than are reproducible. */
function minimaOf(parts: readonly HostParts[]): HostParts {
  const min = (part: keyof HostParts) => {
    return Number(Math.min(...parts.map((times) => times[part])).toPrecision(4));
  };
  return { encode: min("encode"), submit: min("submit"), read: min("read") };
}

const COLUMNS: readonly Column[] = [
  { heading: "model", align: "left" },
  { heading: "size", align: "right" },
  { heading: "dispatches", align: "right" },
  { heading: "submits", align: "right" },
  { heading: "encode", align: "right" },
  { heading: "submit", align: "right" },
  { heading: "read", align: "right" },
  { heading: "CPU ms", align: "right" },
  { heading: "reads", align: "left" },
];

export function hostTable(rows: readonly HostTimes[]): string[] {
  const cells = rows.map(({ model, side, dispatches, submits, reads, ...times }) => {
    const { encode, submit, read } = times;
    const milliseconds = [encode, submit, read, encode + submit + read].map((time) => time.toFixed(2));
    return [model, `${side}`, `${dispatches}`, `${submits}`, ...milliseconds, reads];
  });
  return formatTable(COLUMNS, cells);
}
