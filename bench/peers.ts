import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Compared, type Comparison, comparePeers, type Measured } from "./comparePeers.ts";
import { ChildEngine } from "./engines/childEngine.ts";
import type { Build } from "./engines/engine.ts";
import type { BenchNetwork, PeerName } from "./networks.ts";
import { CACHE } from "./paths.ts";
import type { NetworkFiles } from "./prepareNetwork.ts";

/** One comparison as plain numbers: printed with --json, and the source of the table in docs/performance.md. */
export interface Row {
  /** Name of the network in this benchmark. */
  readonly model: string;
  /** Width of the input, in pixels, and its height, if it isn't square. */
  readonly size: number;
  readonly height?: number;
  readonly threads: number;
  readonly build: Build;
  /** Milliseconds for the network alone. */
  readonly ms: number;
  /** Milliseconds from a JPEG file's bytes to the detections. */
  readonly totalMs: number;
  /** Milliseconds from the file of weights to a network that can run. */
  readonly loadMs: number;
  /** Resident megabytes after the runs, and at their peak since the start. */
  readonly memoryMB?: number;
  readonly peakMemoryMB?: number;
  /** The browser, if the row was measured in one: `Chromium 156`. There, engines share their page's memory. */
  readonly browser?: string;
  /** With its version; `centernet 0.1.0, 1 thread` for the comparison with one thread. Absent in rows without a peer. */
  readonly peer?: string;
  /** Why the peer cannot run the network. It then has no numbers. */
  readonly unable?: string;
  readonly peerMs?: number;
  readonly peerTotalMs?: number;
  readonly peerMemoryMB?: number;
  readonly peerPeakMemoryMB?: number;
  /** Speed relative to the peer, by `ms`. */
  readonly ratio?: number;
  /** Max difference of the outputs, in standard deviations (poses: in fractions of the image). */
  readonly difference?: number;
}

export interface PeersOptions {
  readonly networks: readonly BenchNetwork[];
  readonly threads: readonly number[];
  readonly builds: readonly Build[];
  readonly peers: readonly PeerName[];
  readonly runs: number;
  /** For the peers in Python. */
  readonly python?: string;
}

/** Measures one network after the other and yields their rows. */
export async function* measurePeers(
  { networks, threads, peers, ...options }: PeersOptions,
  signal: AbortSignal,
  report: (text: string) => void,
): AsyncGenerator<Row[]> {
  for (const one of networks) {
    const network = { ...one, peers: one.peers.filter((peer) => peers.includes(peer)) };
    await mkdir(CACHE, { recursive: true });
    const folder = await mkdtemp(join(CACHE, "network-"));
    try {
      report(`${network.name}: writing its weights`);
      const files = await prepareInChild(network, folder, signal);
      for (const count of threads) {
        const runs = Math.min(options.runs, network.mostRuns ?? options.runs);
        const comparison: Comparison = { ...options, network, files, threads: count, runs };
        yield (await comparePeers(comparison, signal, report)).flatMap(rowsOf);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** Writes a network's files in a process of its own, which frees the memory when it ends. */
export async function prepareInChild(
  network: BenchNetwork,
  folder: string,
  signal: AbortSignal,
): Promise<NetworkFiles> {
  const child = new ChildEngine(`weights of ${network.name}`, signal);
  try {
    return await child.ask({ kind: "prepare", network, folder });
  } finally {
    child.end();
  }
}

/** Rows for each build of centernet against each peer, and against itself on one thread. */
export function rowsOf({ measured, unable, browser }: Compared): Row[] {
  const own = measured.filter(({ spec }) => spec.build);
  const most = Math.max(...own.map(({ spec }) => spec.threads));
  const others = measured.filter(({ spec }) => !spec.build);
  return own
    .filter(({ spec }) => spec.threads === most)
    .flatMap((one) => {
      const oneThread = own.filter(({ spec }) => spec.threads < most && spec.build === one.spec.build);
      const peers = [
        ...others.map((other) => ({ ...other, peer: other.title })),
        ...oneThread.map((other) => ({ ...other, peer: `${other.title}, 1 thread` })),
      ];
      const row = { ...rowOf(one), ...(browser && { browser }) };
      const rows = [
        ...peers.map((other) => ({ ...row, ...against(row, other) })),
        ...unable.map(({ title, reason }) => ({ ...row, peer: title, unable: reason })),
      ];
      return rows.length > 0 ? rows : [row];
    });
}

function rowOf({ spec, times, loadMs, memory }: Measured): Row {
  return {
    model: spec.network.name,
    size: spec.network.side,
    ...(spec.network.height && { height: spec.network.height }),
    threads: spec.threads,
    build: spec.build ?? "plain",
    ms: times.network,
    totalMs: times.total,
    loadMs,
    ...(memory && { memoryMB: memory.resident / 1e6, peakMemoryMB: memory.peak / 1e6 }),
  };
}

function against(row: Row, { peer, times, memory, difference }: Measured & { peer: string }): Partial<Row> {
  return {
    peer,
    peerMs: times.network,
    peerTotalMs: times.total,
    ...(memory && { peerMemoryMB: memory.resident / 1e6, peerPeakMemoryMB: memory.peak / 1e6 }),
    ratio: times.network / row.ms,
    difference,
  };
}
