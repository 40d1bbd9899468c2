/** That a comparison names the layer in which two networks begin to differ, whatever the fault is. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Executor } from "../../src/backend/executor.ts";
import { compare, type RecordedValues } from "../../src/compare/compare.ts";
import { wasmExecutor } from "../../src/executors/wasm/wasmExecutor.ts";
import type { Graph, GraphNode } from "../../src/graph/graph.ts";
import { tripletGraph } from "../../src/models/triplets/tripletArchitecture.ts";
import { runnable } from "../../src/network.ts";
import type { Parameter, Tensor, Weights } from "../../src/tensor.ts";
import { inputsFor, weightsFor } from "../support/madeWeights.ts";

const FAULTS = 20;
/** The default for two ways to compute one network. */
const TOLERANCE = 1e-2;

/** A narrow triplet network, of one hourglass with two levels. */
const GRAPH = tripletGraph(
  { hourglass: { stacks: 1, stemChannels: 8, channels: [8, 8, 12], blocks: [1, 1, 1] }, classes: 3 },
  { height: 31, width: 47 },
);
const WEIGHTS = weightsFor(GRAPH);

let executor: Executor;
/** Op by op, so that each layer is a node of its own. */
let right: RecordedValues;
let random: () => number;

beforeAll(async () => {
  executor = await wasmExecutor({ threads: 1 });
  right = await run(GRAPH, WEIGHTS, false);
  random = randomNumbers(14);
});
afterAll(() => executor.dispose());

async function run(graph: Graph, weights: Weights, fuse: boolean): Promise<RecordedValues> {
  const ready = runnable(graph, fuse);
  const plan = await executor.prepare(ready, weights);
  const { taps } = await plan.run(inputsFor(graph), { taps: ready.nodes.map(({ name }) => name) });
  await plan.dispose();
  return { taps };
}

/** Mulberry32. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

function chosen(nodes: readonly GraphNode[]): GraphNode[] {
  const left = [...nodes];
  return Array.from({ length: FAULTS }, () => left.splice(Math.floor(random() * left.length), 1)[0]);
}

async function firstBeyond(wrong: RecordedValues, expected = right): Promise<string | undefined> {
  return (await compare(wrong, expected, { tolerance: TOLERANCE })).firstBeyond?.name;
}

test("without a fault, none is named, also if one of the two is fused", async () => {
  expect(await firstBeyond(await run(GRAPH, WEIGHTS, false))).toBeUndefined();
  expect(await firstBeyond(await run(GRAPH, WEIGHTS, true))).toBeUndefined();
});

const convolutions = GRAPH.nodes.filter(({ parameters }) => "kernel" in parameters);

test(`one wrong weight is in the first layer named, for ${FAULTS} layers`, async () => {
  for (const { name, inputs, parameters } of chosen(convolutions)) {
    const wrong = await run(GRAPH, withWrongWeight(parameters.kernel, right.taps[inputs[0]]), false);
    expect(await firstBeyond(wrong), name).toBe(name);
  }
});

/** At the middle of the kernel, which reads the whole map, and of a channel that is not nearly zero. */
function withWrongWeight(name: string, input: Tensor | undefined): Weights {
  const { shape, data } = WEIGHTS.get(name) as Parameter;
  const [height, width, inputs, outputs] = shape;
  const sizes = Array.from({ length: inputs }, (_, channel) =>
    input ? input.data.reduce((sum, value, i) => sum + (i % inputs === channel ? Math.abs(value) : 0), 0) : 1,
  );
  const live = sizes.flatMap((size, channel) => (size >= Math.max(...sizes) / 2 ? [channel] : []));
  const channel = live[Math.floor(random() * live.length)];
  const output = Math.floor(random() * outputs);
  const middle = Math.floor(height / 2) * width + Math.floor(width / 2);
  const wrong = data.slice();
  wrong[(middle * inputs + channel) * outputs + output] += 0.5;
  return new Map([...WEIGHTS, [name, { shape, data: wrong }]]);
}

test(`a padding on the wrong side is in the first layer named, for ${FAULTS} layers`, async () => {
  const padded = GRAPH.nodes.filter(({ attributes: { padding } }) =>
    Object.values((padding ?? {}) as Record<string, number>).some((side) => side > 0),
  );
  for (const { name } of chosen(padded)) {
    const nodes = GRAPH.nodes.map((node) => (node.name === name ? shifted(node) : node));
    expect(await firstBeyond(await run({ ...GRAPH, nodes }, WEIGHTS, false)), name).toBe(name);
  }
});

/** The same size of output, one row further up or down. */
function shifted(node: GraphNode): GraphNode {
  const { top, bottom, ...sides } = node.attributes.padding as Record<string, number>;
  const change = bottom > 0 ? 1 : -1;
  return {
    ...node,
    attributes: { ...node.attributes, padding: { ...sides, top: top + change, bottom: bottom - change } },
  };
}

test("of a fused network, the layer is named that holds the wrong one", async () => {
  const fused = await run(GRAPH, WEIGHTS, true);
  const { nodes } = runnable(GRAPH, true);
  for (const { name, inputs, parameters } of chosen(convolutions).slice(0, 5)) {
    const host = nodes.find((node) => node.name === name || node.fused?.includes(name));
    const wrong = await run(GRAPH, withWrongWeight(parameters.kernel, right.taps[inputs[0]]), true);
    expect(await firstBeyond(wrong, fused), name).toBe(host?.name);
  }
});
