import type { Executor, Plan } from "../../backend/executor.ts";
import { type Graph, neededNodes } from "../../graph/graph.ts";
import type { Epilogue } from "../../graph/op.ts";
import type { ReferenceKernel } from "../../kernels/kernel.ts";
import type { Tensor, Weights } from "../../tensor.ts";
import { checkInputs, type PreparedNode, prepareNodes } from "../preparedNode.ts";
import { TapSink } from "../tapSink.ts";
import { REFERENCE_KERNELS } from "./kernels.ts";

/**
 * Runs a graph in plain TypeScript with one loop per op and float64 sums. It is slow; self-tests and tests of ops
 * compare every backend with it.
 */
export function referenceExecutor(): Executor {
  return {
    backend: "reference",
    details: {},
    prepare: async (graph, weights) => referencePlan(graph, weights),
    dispose: async () => {},
  };
}

function referencePlan(graph: Graph, weights: Weights): Plan {
  const nodes = prepareNodes(graph, weights);
  return {
    async run(inputs, options = {}) {
      checkInputs(graph, inputs);
      const taps = new TapSink(graph, options);
      const values = new Map<string, Tensor>(Object.entries(inputs));
      const value = (name: string) => values.get(name) as Tensor;
      const needed = new Set(neededNodes(graph, taps.names));
      for (const prepared of nodes.filter(({ node }) => needed.has(node))) {
        options.signal?.throwIfAborted();
        const data = runNode(
          prepared,
          prepared.node.inputs.map((name) => value(name).data),
        );
        const { name, shape } = prepared.node;
        values.set(name, { shape, data });
        if (taps.has(name)) await taps.take(name, { shape, data: data.slice() });
      }
      const outputs = Object.entries(graph.outputs).map(([name, node]) => [name, value(node)]);
      return { outputs: Object.fromEntries(outputs), taps: taps.result };
    },
    dispose: async () => {},
  };
}

function runNode({ op, call, parameters }: PreparedNode, inputs: readonly Float32Array[]): Float32Array {
  const kernel = REFERENCE_KERNELS[op] as ReferenceKernel<object>;
  const data = Object.fromEntries(Object.entries(parameters).map(([role, { data }]) => [role, data]));
  return finish(kernel(call, inputs, data), call.epilogue, data.bias, inputs[inputs.length - 1]);
}

function finish(
  sums: Float32Array,
  epilogue: Epilogue,
  bias: Float32Array,
  residual: Float32Array,
): Float32Array {
  return sums.map((sum, index) => {
    let y = sum;
    if (epilogue.bias) y += bias[index % bias.length];
    if (epilogue.residual) y += residual[index];
    if (epilogue.activation !== "none") y = Math.max(y, 0);
    return epilogue.activation === "relu6" ? Math.min(y, 6) : y;
  });
}
