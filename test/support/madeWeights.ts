import type { Graph } from "../../src/graph/graph.ts";
import { caseData, caseParameter } from "../../src/kernels/opCase.ts";
import type { Parameter, Tensor, Weights } from "../../src/tensor.ts";

/** Made-up weights for any graph; kernels are scaled so that numbers stay of one size through many layers. */
export function weightsFor(graph: Graph): Weights {
  const weights = new Map<string, Parameter>();
  Object.entries(graph.parameters).forEach(([name, { shape }], index) => {
    const role = name.slice(name.lastIndexOf(".") + 1);
    const data = caseParameter(role, shape, index);
    const scale = role === "kernel" ? Math.sqrt(6 / (shape[0] * shape[1] * shape[2])) : 1;
    weights.set(name, { shape, data: data.map((value) => value * scale) });
  });
  return weights;
}

export function inputsFor(graph: Graph): Record<string, Tensor> {
  const inputs = Object.entries(graph.inputs).map(([name, shape]) => [
    name,
    { shape, data: caseData(shape, 7) },
  ]);
  return Object.fromEntries(inputs);
}

/** Of all maps, relative to each one's largest value; infinite where there is nothing to compare. */
export function largestDifference(
  expected: Readonly<Record<string, Tensor>>,
  got: Readonly<Record<string, Tensor>>,
): number {
  const differences = Object.entries(expected).map(([name, { data }]) => {
    const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const off = data.reduce((most, value, i) => Math.max(most, Math.abs(value - got[name].data[i])), 0);
    return largest > 0 && !Number.isNaN(off) ? off / largest : Number.POSITIVE_INFINITY;
  });
  return Math.max(...differences);
}
