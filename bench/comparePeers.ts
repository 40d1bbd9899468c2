import { compareOutputs } from "./compareOutputs.ts";
import { ChildEngine } from "./engines/childEngine.ts";
import type { Build, EngineOutputs, EngineSpec, Memory, RunTimes } from "./engines/engine.ts";
import type { BenchNetwork, PeerName } from "./networks.ts";
import type { NetworkFiles } from "./prepareNetwork.ts";

export interface Comparison {
  readonly network: BenchNetwork;
  readonly files: NetworkFiles;
  readonly threads: number;
  readonly builds: readonly Build[];
  readonly peers: readonly PeerName[];
  readonly runs: number;
  /** A Python with PyTorch. Without it, PyTorch is left out. */
  readonly python?: string;
}

/** One engine's results in a comparison. */
export interface Measured {
  readonly title: string;
  readonly spec: EngineSpec;
  /** Minima over the runs, each independent of the others: other programs on the machine only ever add time. */
  readonly times: RunTimes;
  readonly loadMs: number;
  readonly memory: Memory;
  /** Max difference of its outputs from the first engine's, see compareOutputs. */
  readonly difference: number;
}

/** Pause between runs: some engines let their threads spin for a while, in case more work arrives. */
const REST = 50;

/**
 * Loads each engine into a process of its own, checks by their outputs that all compute the same network, and times
 * them in turn. If centernet runs on several threads beside a peer, it also runs on one.
 *
 * @throws BackendError if an engine fails, or if its outputs differ from centernet's.
 */
export async function comparePeers(
  comparison: Comparison,
  signal: AbortSignal,
  report: (text: string) => void,
): Promise<Measured[]> {
  const engines: TimedEngine[] = [];
  try {
    let expected: EngineOutputs | undefined;
    for (const spec of specsOf(comparison)) {
      const name = nameOf(spec);
      report(`${name}: loading`);
      const child = new ChildEngine(name, signal, spec.build);
      const engine: TimedEngine = { spec, child, times: [] };
      engines.push(engine);
      engine.loaded = await child.ask({ kind: "load", spec });
      report(`${name}: first run`);
      const outputs = await child.ask({ kind: "outputs" });
      expected ??= outputs;
      engine.difference = compareOutputs(name, expected, outputs);
    }
    for (let run = 0; run < comparison.runs; run++) {
      for (const { spec, child, times } of engines) {
        report(`${nameOf(spec)}: run ${run + 1} of ${comparison.runs}`);
        await new Promise((resolve) => setTimeout(resolve, REST));
        times.push(await child.ask({ kind: "run" }));
      }
    }
    const measured: Measured[] = [];
    for (const { spec, child, times, loaded, difference = 0 } of engines) {
      const memory = await child.ask({ kind: "memory" });
      measured.push({
        title: loaded?.title ?? spec.engine,
        spec,
        times: {
          network: Math.min(...times.map(({ network }) => network)),
          total: Math.min(...times.map(({ total }) => total)),
        },
        loadMs: loaded?.load ?? 0,
        memory,
        difference,
      });
    }
    return measured;
  } finally {
    for (const { child } of engines) child.end();
  }
}

interface TimedEngine {
  readonly spec: EngineSpec;
  readonly child: ChildEngine;
  readonly times: RunTimes[];
  loaded?: { readonly title: string; readonly load: number };
  difference?: number;
}

function specsOf({ network, files, threads, builds, peers, python }: Comparison): EngineSpec[] {
  const own = (count: number) =>
    builds.map((build): EngineSpec => ({ engine: "centernet", network, files, threads: count, build }));
  const others = peers
    .filter((peer) => network.peers.includes(peer) && (threads === 1 || THREADED[peer]))
    .filter((peer) => peer !== "pytorch" || python !== undefined)
    .map((peer): EngineSpec => ({ engine: peer, network, files, threads, ...(python && { python }) }));
  const oneThread = threads > 1 && network.peers.length > 0 ? own(1) : [];
  return [...own(threads), ...oneThread, ...others];
}

/** In Node; TensorFlow.js's WebAssembly backend has threads in browsers only. */
const THREADED: Readonly<Record<PeerName, boolean>> = {
  "onnxruntime-web": true,
  "onnxruntime-node": true,
  "tfjs-backend-wasm": false,
  pytorch: true,
};

/** Name for errors and progress. */
function nameOf({ engine, network, threads, build }: EngineSpec): string {
  const kind = build ? `${engine} ${build}` : engine;
  return `${network.name}, ${kind}, ${threads === 1 ? "1 thread" : `${threads} threads`}`;
}
