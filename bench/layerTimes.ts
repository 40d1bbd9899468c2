import { type PlannedNode, planLayout } from "../src/executors/wasm/planLayout.ts";
import { allocateMemory } from "../src/executors/wasm/planMemory.ts";
import { sameThreadRunner } from "../src/executors/wasm/runner.ts";
import { compileWasm, instantiateWasm, type WasmBuild } from "../src/executors/wasm/wasmModule.ts";
import { stepsOf } from "../src/executors/wasm/wasmPlan.ts";
import { writeConstants } from "../src/executors/wasm/writeConstants.ts";
import { type Graph, type GraphNode, neededNodes, shapesByName } from "../src/graph/graph.ts";
import type { Op } from "../src/graph/op.ts";
import { foldBatchNorm } from "../src/graph/passes/foldBatchNorm.ts";
import { fuseEpilogues } from "../src/graph/passes/fuseEpilogues.ts";
import { OPS, type OpName } from "../src/kernels/ops.ts";
import type { WasmChoices } from "../src/kernels/wasm/kernel.ts";
import { elementCount, type Weights } from "../src/tensor.ts";

const NO_TAPS: ReadonlySet<string> = new Set();

export interface LayerTime {
  /** Its op and sizes, the same for layers of one class. */
  readonly title: string;
  readonly algorithm: string;
  readonly count: number;
  /** CPU time, minimum over the runs. */
  readonly ms: number;
  readonly multiplyAdds: number;
}

export interface LayerRuns {
  readonly build: WasmBuild;
  readonly choices: WasmChoices;
  readonly runs: number;
}

/** Times every layer of a network on one thread, in the order of execution. */
export async function layerTimes(unfused: Graph, { build, choices, runs }: LayerRuns) {
  const graph = asStored(fuseEpilogues(foldBatchNorm(unfused, OPS), OPS));
  const layout = planLayout(graph, choices);
  const memory = allocateMemory(layout.bytes.total, false, { graph, choices });
  const functions = await instantiateWasm(await compileWasm(build, false), memory);
  const [scratch] = layout.scratch;
  const runner = sameThreadRunner(functions, scratch);
  await writeConstants(memory, runner, layout, graph, arbitraryWeights(graph));
  for (const [name, shape] of Object.entries(graph.inputs)) {
    fill(new Float32Array(memory.buffer, layout.maps.get(name), elementCount(shape)), 0, 255);
  }

  const needed = new Set(neededNodes(graph).map(({ name }) => name));
  const nodes = layout.nodes.filter(({ node }) => needed.has(node.name));
  const minima = nodes.map(() => Number.POSITIVE_INFINITY);
  for (let run = 0; run < runs; run++) {
    nodes.forEach((planned, index) => {
      const start = process.cpuUsage();
      for (const step of stepsOf(planned, NO_TAPS)) {
        const call = functions[step.function];
        for (let unit = 0; unit < step.units; unit++) call(step.address, unit, scratch);
      }
      const { user, system } = process.cpuUsage(start);
      minima[index] = Math.min(minima[index], (user + system) / 1000);
    });
  }
  const shapes = shapesByName(graph);
  const layerTime = ({ node, kernel }: PlannedNode, index: number): LayerTime => {
    const inputs = node.inputs.map((name) => shapes.get(name) ?? node.shape);
    const multiplyAdds = (OPS[node.op as OpName] as Op).multiplyAdds(inputs, node.attributes, node.shape);
    return {
      title: titleOf(node, inputs),
      algorithm: kernel.algorithm,
      count: 1,
      ms: minima[index],
      multiplyAdds,
    };
  };
  return { layers: nodes.map(layerTime), bytes: layout.bytes };
}

/** Groups layers of the same op and sizes, slowest group first. */
export function classTimes(layers: readonly LayerTime[]): LayerTime[] {
  const classes = new Map<string, LayerTime>();
  for (const layer of layers) {
    const { count, ms, multiplyAdds } = classes.get(layer.title) ?? { count: 0, ms: 0, multiplyAdds: 0 };
    const sum = { count: count + 1, ms: ms + layer.ms, multiplyAdds: multiplyAdds + layer.multiplyAdds };
    classes.set(layer.title, { ...layer, ...sum });
  }
  return [...classes.values()].sort((a, b) => b.ms - a.ms);
}

function titleOf(
  { op, attributes, shape, epilogue }: GraphNode,
  inputs: readonly (readonly number[])[],
): string {
  const [, height, width, channels] = shape;
  const window =
    attributes.kernel === undefined ? "" : ` ${attributes.kernel}x${attributes.kernel}/${attributes.stride}`;
  const sum = epilogue?.residual ? " + residual" : "";
  return `${op}${window} ${inputs[0][3]}>${channels} @${height}x${width}${sum}`;
}

/** Parameters that passes would derive from stored ones count as stored: their values are arbitrary here. */
function asStored(graph: Graph): Graph {
  const parameters = { ...graph.parameters };
  for (const [name, derived] of Object.entries(graph.derived)) {
    parameters[name] = graph.parameters[derived.kind === "foldedKernel" ? derived.kernel : derived.norm.beta];
  }
  return { ...graph, parameters, derived: {} };
}

/** Created on request, so that weights are not held twice; scaled so that values keep their order of magnitude. */
function arbitraryWeights(graph: Graph): Weights {
  const get = (name: string) => {
    const { shape } = graph.parameters[name];
    const data = new Float32Array(elementCount(shape));
    if (shape.length < 4) return { shape, data: fill(data, 0.5, 1) };
    const [height, width, from, to] = shape;
    const bound = Math.sqrt(6 / (height * width * Math.min(from, to)));
    return { shape, data: fill(data, -bound, bound) };
  };
  return { get } as unknown as Weights;
}

/** Numbers of a linear congruential generator (Numerical Recipes), between `low` and `high`. */
function fill(data: Float32Array, low: number, high: number): Float32Array {
  let state = 1;
  for (let index = 0; index < data.length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[index] = low + (high - low) * (state / 2 ** 32);
  }
  return data;
}
