import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Comparison, comparePeers, type Measured } from "./comparePeers.ts";
import { ChildEngine } from "./engines/childEngine.ts";
import type { Build } from "./engines/engine.ts";
import type { BenchNetwork, PeerName } from "./networks.ts";
import { CACHE } from "./paths.ts";
import type { NetworkFiles } from "./prepareNetwork.ts";

/** One comparison in one number each, for machines and for the README's table. */
export interface Row {
  /** The network's name in this benchmark. */
  readonly model: string;
  /** Of the square input, in pixels. */
  readonly size: number;
  readonly threads: number;
  readonly build: Build;
  /** Milliseconds, of the network alone. */
  readonly ms: number;
  /** Milliseconds, from a JPEG file's bytes to the detections. */
  readonly totalMs: number;
  /** From the weights' file to the network that can run. */
  readonly loadMs: number;
  /** Megabytes resident after the runs, and at most since the start. */
  readonly memoryMB: number;
  readonly peakMemoryMB: number;
  /** With its version; `centernet 0.1.0, 1 thread` in rows of several threads. Absent in rows without one. */
  readonly peer?: string;
  readonly peerMs?: number;
  readonly peerTotalMs?: number;
  readonly peerMemoryMB?: number;
  readonly peerPeakMemoryMB?: number;
  /** How many times as fast as the peer, by `ms`. */
  readonly ratio?: number;
  /** Largest difference of the outputs, in standard deviations (poses: in parts of the image). */
  readonly difference?: number;
}

export interface PeersOptions {
  readonly networks: readonly BenchNetwork[];
  readonly threads: readonly number[];
  readonly builds: readonly Build[];
  readonly peers: readonly PeerName[];
  readonly runs: number;
}

/** Measures one network after the other and gives their rows as they come. */
export async function* measurePeers(
  { networks, threads, ...options }: PeersOptions,
  signal: AbortSignal,
  tell: (text: string) => void,
): AsyncGenerator<Row[]> {
  for (const network of networks) {
    await mkdir(CACHE, { recursive: true });
    const folder = await mkdtemp(join(CACHE, "network-"));
    try {
      tell(`${network.name}: writing its weights`);
      const files = await prepareInChild(network, folder, signal);
      for (const count of threads) {
        const runs = Math.min(options.runs, network.mostRuns ?? options.runs);
        const comparison: Comparison = { ...options, network, files, threads: count, runs };
        yield rowsOf(await comparePeers(comparison, signal, tell));
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** Writes a network's files in a process of its own, which gives the memory back. */
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

/** Each build of centernet against each peer, and against itself on one thread. */
export function rowsOf(measured: readonly Measured[]): Row[] {
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
      const row = rowOf(one);
      if (peers.length === 0) return [row];
      return peers.map((other) => ({ ...row, ...against(row, other) }));
    });
}

function rowOf({ spec, times, loadMs, memory }: Measured): Row {
  return {
    model: spec.network.name,
    size: spec.network.side,
    threads: spec.threads,
    build: spec.build ?? "plain",
    ms: times.network,
    totalMs: times.total,
    loadMs,
    memoryMB: memory.resident / 1e6,
    peakMemoryMB: memory.peak / 1e6,
  };
}

function against(row: Row, { peer, times, memory, difference }: Measured & { peer: string }): Partial<Row> {
  return {
    peer,
    peerMs: times.network,
    peerTotalMs: times.total,
    peerMemoryMB: memory.resident / 1e6,
    peerPeakMemoryMB: memory.peak / 1e6,
    ratio: times.network / row.ms,
    difference,
  };
}
