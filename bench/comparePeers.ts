import { BackendError } from "../src/errors.ts";
import { compareOutputs } from "./compareOutputs.ts";
import { ChildEngine, type RemoteEngine } from "./engines/childEngine.ts";
import { ChromiumPage } from "./engines/chromium/chromiumPage.ts";
import {
  type Build,
  type EngineOutputs,
  type EngineSpec,
  isWasm,
  type Memory,
  type RunTimes,
} from "./engines/engine.ts";
import type { BenchNetwork, PeerName } from "./networks.ts";
import type { NetworkFiles } from "./prepareNetwork.ts";

export interface Comparison {
  /** Its peers are those to be compared. */
  readonly network: BenchNetwork;
  readonly files: NetworkFiles;
  readonly threads: number;
  readonly builds: readonly Build[];
  readonly runs: number;
  /** For the peers in Python. */
  readonly python?: string;
}

/** One engine's results in a comparison. */
export interface Measured {
  readonly title: string;
  readonly spec: EngineSpec;
  /** Minima over the runs, each independent of the others: other programs on the machine only ever add time. */
  readonly times: RunTimes;
  readonly loadMs: number;
  /** Unknown in a page, whose engines share it. */
  readonly memory?: Memory;
  /** Max difference of its outputs from the first engine's, see compareOutputs. */
  readonly difference: number;
}

/** A peer that cannot run the network, and why. */
export interface Unable {
  readonly title: string;
  readonly reason: string;
}

/** What was compared in one place. */
export interface Compared {
  readonly measured: readonly Measured[];
  readonly unable: readonly Unable[];
  /** The browser, if it was in one: `Chromium 156`. */
  readonly browser?: string;
}

/** Pause between runs: some engines let their threads spin for a while, in case more work arrives. */
const REST = 50;

/**
 * Compares centernet with its peers in processes and, if LiteRT.js is among them, with that in a browser. If centernet
 * runs on several threads beside a peer in processes, it also runs on one.
 *
 * @throws BackendError if an engine fails, or if its outputs differ from centernet's.
 */
export async function comparePeers(
  comparison: Comparison,
  signal: AbortSignal,
  report: (text: string) => void,
): Promise<Compared[]> {
  const { network, files, runs } = comparison;
  const start = (spec: EngineSpec) => new ChildEngine(nameOf(spec), signal, spec.build);
  const compared: Compared[] = [];
  const inBrowser = network.peers.includes("litert-js") && files.tflite && comparison.builds.some(isWasm);
  if (!inBrowser || network.peers.length > 1) {
    const { measured, unable } = await compareEngines(specsOf(comparison), start, { runs, report });
    compared.push({ measured, unable: [...unable, ...withoutTflite(comparison)] });
  }
  if (inBrowser) compared.push(await compareInBrowser(comparison, signal, report));
  return compared;
}

async function compareInBrowser(
  { network, files, threads, builds, runs }: Comparison,
  signal: AbortSignal,
  report: (text: string) => void,
): Promise<Compared> {
  const page = await ChromiumPage.open(files, signal);
  try {
    const own = builds
      .filter(isWasm)
      .map((build): EngineSpec => ({ engine: "centernet", network, files, threads, build }));
    const specs: EngineSpec[] = [...own, { engine: "litert-js", network, files, threads }];
    const compared = await compareEngines(specs, (spec) => page.engine(nameOf(spec)), { runs, report });
    return { ...compared, browser: page.title };
  } finally {
    await page.close();
  }
}

/**
 * Loads each engine, checks by their outputs that all compute the same network, and times them in turn. LiteRT.js may be
 * unable to run it; any other engine that fails ends the benchmark.
 */
async function compareEngines(
  specs: readonly EngineSpec[],
  start: (spec: EngineSpec) => RemoteEngine,
  { runs, report }: { runs: number; report: (text: string) => void },
): Promise<Compared> {
  const engines: TimedEngine[] = [];
  const unable: Unable[] = [];
  try {
    let expected: EngineOutputs | undefined;
    for (const spec of specs) {
      const name = nameOf(spec);
      const engine: TimedEngine = { spec, remote: start(spec), times: [] };
      engines.push(engine);
      let outputs: EngineOutputs;
      try {
        report(`${name}: loading`);
        engine.loaded = await engine.remote.ask({ kind: "load", spec });
        report(`${name}: first run`);
        outputs = await engine.remote.ask({ kind: "outputs" });
      } catch (error) {
        if (spec.engine !== "litert-js" || !(error instanceof BackendError)) throw error;
        engines.pop();
        unable.push({ title: "LiteRT.js", reason: error.fault.got });
        continue;
      }
      expected ??= outputs;
      engine.difference = compareOutputs(name, expected, outputs);
    }
    for (let run = 0; run < runs; run++) {
      for (const { spec, remote, times } of engines) {
        report(`${nameOf(spec)}: run ${run + 1} of ${runs}`);
        await new Promise((resolve) => setTimeout(resolve, REST));
        times.push(await remote.ask({ kind: "run" }));
      }
    }
    const measured: Measured[] = [];
    for (const { spec, remote, times, loaded, difference = 0 } of engines) {
      const memory = remote.sharesMemory ? undefined : await remote.ask({ kind: "memory" });
      measured.push({
        title: loaded?.title ?? spec.engine,
        spec,
        times: {
          network: Math.min(...times.map(({ network }) => network)),
          total: Math.min(...times.map(({ total }) => total)),
        },
        loadMs: loaded?.load ?? 0,
        ...(memory && { memory }),
        difference,
      });
    }
    return { measured, unable };
  } finally {
    for (const { remote } of engines) remote.end();
  }
}

interface TimedEngine {
  readonly spec: EngineSpec;
  readonly remote: RemoteEngine;
  readonly times: RunTimes[];
  loaded?: { readonly title: string; readonly load: number };
  difference?: number;
}

function specsOf({ network, files, threads, builds, python }: Comparison): EngineSpec[] {
  const own = (count: number) =>
    builds.map((build): EngineSpec => ({ engine: "centernet", network, files, threads: count, build }));
  const others = network.peers
    .filter((peer) => peer !== "litert-js")
    .filter((peer) => peer !== "xnnpack" || files.tflite)
    .filter((peer) => threads === 1 || peer !== ONE_THREAD)
    .map((peer): EngineSpec => ({ engine: peer, network, files, threads, ...(python && { python }) }));
  const oneThread = threads > 1 && network.peers.length > 0 ? own(1) : [];
  return [...own(threads), ...oneThread, ...others];
}

/** In Node; TensorFlow.js's WebAssembly backend has threads in browsers only. */
const ONE_THREAD: PeerName = "tfjs-backend-wasm";

/** The peers that read TFLite, if it cannot say the network. */
function withoutTflite({ network, files }: Comparison): Unable[] {
  if (!files.tfliteLacks) return [];
  const reason = `TFLite has no ${files.tfliteLacks.join(", ")}`;
  const readers = [
    { peer: "litert-js", title: "LiteRT.js" },
    { peer: "xnnpack", title: "XNNPACK" },
  ] as const;
  return readers.filter(({ peer }) => network.peers.includes(peer)).map(({ title }) => ({ title, reason }));
}

/** Name for errors and progress. */
function nameOf({ engine, network, threads, build }: EngineSpec): string {
  const kind = build ? `${engine} ${build}` : engine;
  return `${network.name}, ${kind}, ${threads === 1 ? "1 thread" : `${threads} threads`}`;
}
