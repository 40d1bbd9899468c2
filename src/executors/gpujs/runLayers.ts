import type { GraphNode } from "../../graph/graph.ts";
import { yieldToEventLoop } from "../../support/eventLoop.ts";
import type { Tensor } from "../../tensor.ts";
import { flattenResult, type GpuLayer, type Handle, type Rows, tensorInput } from "./gpuKernels.ts";

/**
 * Runs layers one after the other, for the mode that cannot fuse them anyway. Before each layer it yields to the event
 * loop, so that an abort can end the run. A value is dropped after its last reader.
 *
 * @throws the signal's reason once it is aborted.
 */
export async function runLayers(
  nodes: readonly GraphNode[],
  layers: ReadonlyMap<string, GpuLayer>,
  inputs: Readonly<Record<string, Tensor>>,
  wanted: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, Tensor>> {
  const values = new Map<string, Handle>();
  for (const [name, tensor] of Object.entries(inputs)) values.set(name, tensorInput(tensor));
  const readers = new Map<string, number>();
  for (const name of nodes.flatMap((node) => node.inputs)) readers.set(name, (readers.get(name) ?? 0) + 1);
  const results = new Map<string, Tensor>();

  for (const node of nodes) {
    await yieldToEventLoop();
    signal?.throwIfAborted();
    const layer = layers.get(node.name) as GpuLayer;
    const rows = layer.run(node.inputs.map((name) => values.get(name) as Handle)) as Rows;
    if (wanted.includes(node.name)) {
      // The kernel writes into the same rows when it runs again.
      const { shape, data } = flattenResult(rows, node.shape);
      results.set(node.name, { shape, data: data.slice() });
    }
    values.set(node.name, rows);
    for (const name of node.inputs) {
      const left = (readers.get(name) ?? 0) - 1;
      readers.set(name, left);
      if (left === 0) values.delete(name);
    }
  }
  return results;
}
