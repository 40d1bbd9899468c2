import { describeGraph } from "../src/analysis/describe.ts";
import { fastest } from "../src/analysis/profile.ts";
import { planLayout } from "../src/executors/wasm/planLayout.ts";
import { wasmExecutor } from "../src/executors/wasm/wasmExecutor.ts";
import { type Graph, type GraphNode, shapesByName } from "../src/graph/graph.ts";
import { foldBatchNorm } from "../src/graph/passes/foldBatchNorm.ts";
import { fuseEpilogues } from "../src/graph/passes/fuseEpilogues.ts";
import type { WasmBuild } from "../src/kernels/kernel.ts";
import { OPS } from "../src/kernels/ops.ts";
import type { WasmChoices } from "../src/kernels/wasm/kernel.ts";
import { elementCount, type Tensor, tensor, type Weights } from "../src/tensor.ts";

export interface LayerTime {
  /** Its op and sizes, the same for layers of one class. */
  readonly title: string;
  readonly algorithm: string;
  readonly count: number;
  /** Minimum over the runs. */
  readonly ms: number;
  readonly multiplyAdds: number;
}

export interface LayerRuns {
  readonly build: WasmBuild;
  readonly choices: WasmChoices;
  readonly runs: number;
}

/** Times every layer of a network on one thread, in the order of execution, as `detector.profile` does. */
export async function layerTimes(unfused: Graph, { build, choices, runs }: LayerRuns) {
  const graph = asStored(fuseEpilogues(foldBatchNorm(unfused, OPS), OPS));
  const { nodes, bytes } = planLayout(graph, choices);
  const executor = await wasmExecutor({ build, ...choices, threads: 1 });
  try {
    const plan = await executor.prepare(graph, arbitraryWeights(graph));
    const inputs = Object.entries(graph.inputs).map(([name, shape]): [string, Tensor] => {
      const input = tensor(shape);
      fill(input.data, 0, 255);
      return [name, input];
    });
    const times = [];
    for (let run = 0; run < runs; run++) {
      times.push((await plan.timeLayers?.(Object.fromEntries(inputs)))?.layers ?? []);
    }
    const shapes = shapesByName(graph);
    const work = new Map(describeGraph(graph).layers.map((layer) => [layer.name, layer.multiplyAdds]));
    const planned = new Map(nodes.map((entry) => [entry.node.name, entry]));
    const layers = fastest(times).map(({ name, milliseconds, inner = [] }): LayerTime => {
      const entry = planned.get(name);
      if (!entry) throw new Error(`no layer ${name}`);
      const { node, kernel } = entry;
      const title = titleOf(
        node,
        node.inputs.map((input) => shapes.get(input) ?? node.shape),
      );
      return {
        title: inner.length > 0 ? `${title} with ${inner.length} inside` : title,
        algorithm: kernel.algorithm,
        count: 1,
        ms: milliseconds,
        multiplyAdds: [...inner, name].reduce((sum, member) => sum + (work.get(member) ?? 0), 0),
      };
    });
    return { layers, bytes };
  } finally {
    await executor.dispose();
  }
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
