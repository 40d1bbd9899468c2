import type { Graph, GraphNode } from "../graph/graph.ts";
import type { Op, ParameterRule } from "../graph/op.ts";
import { CASES } from "../kernels/cases.ts";
import { caseData, caseParameter, type OpCase } from "../kernels/opCase.ts";
import { OPS, type OpName } from "../kernels/ops.ts";
import type { Parameter, Shape, Tensor, Weights } from "../tensor.ts";

export interface CaseGraph {
  readonly graph: Graph;
  readonly inputs: Record<string, Tensor>;
  readonly weights: Weights;
}

export interface NamedCase {
  readonly op: OpName;
  readonly opCase: OpCase;
}

/** The first case of every op. */
export function selfTestCases(): NamedCase[] {
  return (Object.keys(CASES) as OpName[]).map((op) => ({ op, opCase: CASES[op][0] }));
}

/**
 * A graph in which each case stands for itself, with inputs of its own and one output, so that all of them
 * run in one pass.
 */
export function caseGraph(cases: readonly NamedCase[]): CaseGraph {
  const graphInputs: Record<string, Shape> = {};
  const parameters: Record<string, ParameterRule> = {};
  const inputs: Record<string, Tensor> = {};
  const weights = new Map<string, Parameter>();
  let seed = 1;

  const nodes = cases.map(({ op: name, opCase }, index): GraphNode => {
    const op: Op = OPS[name] as Op;
    const scope = `case${index}.${name}`;
    const shape = op.shape(opCase.inputs, opCase.attributes);
    const nodeInputs = opCase.epilogue?.residual ? [...opCase.inputs, shape] : opCase.inputs;
    const rules = { ...op.parameters(opCase.inputs, opCase.attributes) };
    if (opCase.epilogue?.bias) rules.bias = { shape: [shape[3]] };
    for (const [role, rule] of Object.entries(rules)) {
      parameters[`${scope}.${role}`] = rule;
      weights.set(`${scope}.${role}`, { shape: rule.shape, data: caseParameter(role, rule.shape, seed++) });
    }
    nodeInputs.forEach((inputShape, i) => {
      graphInputs[`${scope}.input${i}`] = inputShape;
      const data = caseData(inputShape, seed++).map((value) => value * (opCase.range ?? 1));
      inputs[`${scope}.input${i}`] = { shape: inputShape, data };
    });
    return {
      name: scope,
      op: name,
      attributes: opCase.attributes as Record<string, unknown>,
      inputs: nodeInputs.map((_, i) => `${scope}.input${i}`),
      parameters: Object.fromEntries(Object.keys(rules).map((role) => [role, `${scope}.${role}`])),
      shape,
      epilogue: opCase.epilogue,
    };
  });
  const outputs = Object.fromEntries(nodes.map((node) => [node.name, node.name]));
  return { graph: { inputs: graphInputs, nodes, parameters, derived: {}, outputs }, inputs, weights };
}
