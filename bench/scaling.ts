import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { describeGraph } from "../src/analysis/describe.ts";
import { modelNamed } from "../src/models/models.ts";
import { ChildEngine } from "./engines/childEngine.ts";
import type { Build, EngineSpec } from "./engines/engine.ts";
import type { BenchNetwork } from "./networks.ts";
import { CACHE } from "./paths.ts";
import { prepareInChild } from "./peers.ts";

/** Result for one size and one number of threads. */
export interface ScalingRow {
  readonly model: string;
  /** Side of the square input, in pixels. */
  readonly size: number;
  readonly threads: number;
  readonly build: Build;
  /** Milliseconds for the network, minimum of the runs. */
  readonly ms: number;
  readonly multiplyAdds: number;
  /** Peak of the resident megabytes, loading included. */
  readonly peakMemoryMB: number;
}

export interface ScalingOptions {
  readonly network: BenchNetwork;
  readonly sizes: readonly number[];
  readonly threads: readonly number[];
  readonly build: Build;
  readonly runs: number;
}

/** Measures each size on each number of threads, in a process of its own, and yields the rows. */
export async function* measureScaling(
  { network, sizes, threads, build, runs }: ScalingOptions,
  signal: AbortSignal,
  report: (text: string) => void,
): AsyncGenerator<ScalingRow> {
  const model = modelNamed(network.model);
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(join(CACHE, "network-"));
  try {
    report(`${network.name}: writing its weights`);
    // Weights do not depend on the size.
    const files = await prepareInChild({ ...network, peers: [] }, folder, signal);
    for (const size of sizes) {
      const { multiplyAdds } = describeGraph(model.graph({ height: size, width: size })).totals;
      for (const count of threads) {
        report(`${network.name} at ${size}, ${count} threads`);
        const sized = { ...network, side: size, peers: [] };
        const spec: EngineSpec = { engine: "centernet", network: sized, files, threads: count, build };
        const { ms, peakMemoryMB } = await measure(spec, runs, signal);
        yield { model: network.name, size, threads: count, build, ms, multiplyAdds, peakMemoryMB };
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(spec: EngineSpec, runs: number, signal: AbortSignal) {
  const child = new ChildEngine(`${spec.network.name} at ${spec.network.side}`, signal, spec.build);
  try {
    await child.ask({ kind: "load", spec });
    await child.ask({ kind: "run" }); // The first one touches memory that is new.
    let ms = Number.POSITIVE_INFINITY;
    for (let run = 0; run < runs; run++) ms = Math.min(ms, (await child.ask({ kind: "run" })).network);
    const { peak } = await child.ask({ kind: "memory" });
    return { ms, peakMemoryMB: peak / 1e6 };
  } finally {
    child.end();
  }
}
