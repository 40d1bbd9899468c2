import { consumerCounts, type Graph } from "../../graph/graph.ts";
import { planarBytes, type WasmKernel } from "../../kernels/wasm/kernel.ts";

/**
 * Maps below it stay in the second cache between two layers anyway (2 MB on the machine that it was measured on),
 * where computing them block by block gains nothing.
 */
const MIN_BYTES = 1024 * 1024;

/** Layers that follow each other, of which only the last writes its map. */
export interface LayerGroup {
  /** In their order: each is computed inside the next, and the last of them inside `last`. */
  readonly inner: readonly string[];
  readonly last: string;
}

/**
 * Which layers are computed inside the one that reads them, block by block, so that their maps are never written: a
 * product of matrices before a pointwise or depthwise one that alone reads it, as in heads and in inverted
 * residuals. By the name of each member.
 *
 * Depthwise layers are not computed inside the pointwise one after them: for 48 or 128 cells of all planes at a time
 * that gained nothing.
 */
export function innerLayers(graph: Graph, kernels: readonly WasmKernel[]): ReadonlyMap<string, LayerGroup> {
  const consumers = consumerCounts(graph);
  const places = new Map(graph.nodes.map(({ name }, place) => [name, place]));
  const groups = new Map<string, LayerGroup>();
  for (const [place, { name, inputs }] of graph.nodes.entries()) {
    const before = places.get(inputs[0]);
    if (before === undefined) continue;
    const { asHost } = kernels[place];
    const { asInner } = kernels[before];
    if (!asHost || !asInner || asInner.taps > asHost.mostTaps) continue;
    const inner = graph.nodes[before];
    if (consumers.get(inner.name) !== 1 || planarBytes(inner.shape) < MIN_BYTES) continue;
    const group = { inner: [...(groups.get(inner.name)?.inner ?? []), inner.name], last: name };
    for (const member of [...group.inner, name]) groups.set(member, group);
  }
  return groups;
}
