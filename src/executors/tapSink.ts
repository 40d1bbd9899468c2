import type { RunOptions } from "../backend/executor.ts";
import type { Graph } from "../graph/graph.ts";
import { abortable } from "../support/abortable.ts";
import type { Tensor } from "../tensor.ts";
import { checkTaps } from "./preparedNode.ts";

/** Where the taps of one run go: to the caller's `onTap`, one after the other, or into the run's result. */
export class TapSink {
  /** What is tapped, each name once, in the graph's order. */
  readonly names: readonly string[];
  /** Whether `onTap` has been called, so that the run cannot be repeated. */
  hasDelivered = false;
  private readonly kept = new Map<string, Tensor>();
  private readonly wanted: ReadonlySet<string>;

  /** @throws UsageError for a tap that names no node of the graph. */
  constructor(
    graph: Graph,
    private readonly options: RunOptions = {},
  ) {
    const { taps = [] } = options;
    checkTaps(graph, taps);
    this.wanted = new Set(taps);
    this.names = graph.nodes.map(({ name }) => name).filter((name) => this.wanted.has(name));
  }

  /** Whether taps are passed on rather than returned. */
  get passesOn(): boolean {
    return this.options.onTap !== undefined;
  }

  has(name: string): boolean {
    return this.wanted.has(name);
  }

  /**
   * Takes the value of a tap, which nothing else may use.
   *
   * @throws what `onTap` throws.
   * @throws the signal's reason once it is aborted, also while `onTap` is awaited.
   */
  async take(name: string, value: Tensor): Promise<void> {
    const { onTap, signal } = this.options;
    if (!onTap) {
      this.kept.set(name, value);
      return;
    }
    signal?.throwIfAborted();
    this.hasDelivered = true;
    await abortable(Promise.resolve(onTap(name, value)), signal);
  }

  /** What the run returns as its taps. */
  get result(): Readonly<Record<string, Tensor>> {
    return Object.fromEntries(this.kept);
  }
}

/**
 * Splits values into batches that take at most `limit` bytes each, or as much as a single larger one. The order is
 * kept.
 */
export function batchesWithin(
  limit: number,
  sizes: Iterable<readonly [name: string, bytes: number]>,
): string[][] {
  const batches: string[][] = [];
  let left = 0;
  for (const [name, bytes] of sizes) {
    if (batches.length === 0 || bytes > left) {
      batches.push([]);
      left = limit;
    }
    batches[batches.length - 1].push(name);
    left -= bytes;
  }
  return batches;
}
