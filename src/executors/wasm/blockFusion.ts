import { consumerCounts, type Graph } from "../../graph/graph.ts";
import { planarBytes, type WasmKernel } from "../../kernels/wasm/kernel.ts";

/** Smaller maps stay in the L2 cache between two layers anyway (2 MB where this was measured): fusion gains nothing. */
const MIN_BYTES = 1024 * 1024;

/** Consecutive layers that run as one call: only the last of them writes its map. */
export interface FusedGroup {
  /** In order: each is computed inside the next, and the last of these inside `last`. */
  readonly inner: readonly string[];
  readonly last: string;
}

/**
 * Block fusion: which layers are computed inside the one that reads them, block by block, so that their maps are never
 * written. A product of matrices fuses into a pointwise or depthwise layer that is its only reader, as in heads and
 * inverted residuals. The result maps each member's name to its group.
 *
 * Depthwise layers do not fuse into the pointwise layer after them: with blocks of 48 or 128 cells of all planes that
 * gained nothing.
 */
export function fusedGroups(graph: Graph, kernels: readonly WasmKernel[]): ReadonlyMap<string, FusedGroup> {
  const consumers = consumerCounts(graph);
  const indices = new Map(graph.nodes.map(({ name }, index) => [name, index]));
  const groups = new Map<string, FusedGroup>();
  for (const [index, { name, inputs }] of graph.nodes.entries()) {
    const before = indices.get(inputs[0]);
    if (before === undefined) continue;
    const consumer = kernels[index].fusesPrevious;
    const producer = kernels[before].fusesIntoNext;
    if (!consumer || !producer || producer.kernelOffsets > consumer.maxKernelOffsets) continue;
    const inner = graph.nodes[before];
    if (consumers.get(inner.name) !== 1 || planarBytes(inner.shape) < MIN_BYTES) continue;
    const group = { inner: [...(groups.get(inner.name)?.inner ?? []), inner.name], last: name };
    for (const member of [...group.inner, name]) groups.set(member, group);
  }
  return groups;
}

/** The member that is computed inside this one; undefined for the first. */
export function fusedPredecessor({ inner, last }: FusedGroup, name: string): string | undefined {
  const members = [...inner, last];
  return members[members.indexOf(name) - 1];
}
