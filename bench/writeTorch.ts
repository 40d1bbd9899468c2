import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deriveParameter, stored } from "../src/graph/derivedParameter.ts";
import { type Graph, neededNodes } from "../src/graph/graph.ts";
import type { Parameter, Weights } from "../src/tensor.ts";

/** Axes of a kernel here, in the order of PyTorch's: [outputs, inputs, height, width], and of one map each. */
const DENSE = [3, 2, 0, 1];
const DEPTHWISE = [2, 3, 0, 1];

/**
 * Writes a graph and its weights for engines/torchGraph.py: graph.json with the nodes in their order, each with the maps
 * that nothing reads after it, and graph.bin with the float32 numbers of all parameters.
 */
export async function writeTorch(folder: string, graph: Graph, weights: Weights): Promise<void> {
  const numbers = await open(join(folder, "graph.bin"), "w");
  try {
    const nodes = neededNodes(graph);
    const outputs = new Set(Object.values(graph.outputs));
    const lastReaders = new Map(nodes.flatMap(({ name, inputs }) => inputs.map((input) => [input, name])));
    let start = 0;
    const described = [];
    for (const { name, op, attributes, inputs, parameters } of nodes) {
      const order = op.startsWith("depthwise") ? DEPTHWISE : DENSE;
      const places: Record<string, { start: number; shape: readonly number[]; order: readonly number[] }> =
        {};
      for (const [role, parameter] of Object.entries(parameters)) {
        const { shape, data } = parameterOf(graph, parameter, weights);
        await numbers.write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
        places[role] = { start, shape, order };
        start += data.length;
      }
      const last = inputs.filter((input) => lastReaders.get(input) === name && !outputs.has(input));
      described.push({ name, op, attributes, inputs, parameters: places, last: [...new Set(last)] });
    }
    const [[name, [batch, height, width, channels]]] = Object.entries(graph.inputs);
    const input = { name, dims: [batch, channels, height, width] };
    const json = JSON.stringify({ input, nodes: described, outputs: graph.outputs });
    await writeFile(join(folder, "graph.json"), json);
  } finally {
    await numbers.close();
  }
}

function parameterOf(graph: Graph, name: string, weights: Weights): Parameter {
  const derived = graph.derived[name];
  return derived ? deriveParameter(derived, weights) : stored(name, weights);
}
