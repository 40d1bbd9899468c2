import type { Executor } from "../backend/executor.ts";
import { BackendError } from "../errors.ts";
import type { Graph, GraphNode } from "../graph/graph.ts";
import type { Op, ParameterRule } from "../graph/op.ts";
import { CASES } from "../kernels/cases.ts";
import { caseData, caseParameter, type OpCase } from "../kernels/opCase.ts";
import { OPS, type OpName } from "../kernels/ops.ts";
import type { Parameter, Shape, Tensor, Weights } from "../tensor.ts";
import { referenceExecutor } from "./reference/referenceExecutor.ts";

/** With as few terms as here, float32 sums differ from float64 by about 1e-6; a wrong kernel differs by far more. */
const SELF_TEST_TOLERANCE = 1e-4;

/** Cases, and what plain arithmetic makes of them. */
export interface SelfTest extends CaseGraph {
  readonly expected: Readonly<Record<string, Tensor>>;
}

/**
 * One case of every op, and `more` for kernels that the first case of their op does not use. This takes most of a self-test's
 * time and needs no executor: it can be done while one starts.
 */
export async function prepareSelfTest(more: readonly NamedCase[] = []): Promise<SelfTest> {
  const cases = caseGraph([...selfTestCases(), ...more]);
  const reference = await referenceExecutor().prepare(cases.graph, cases.weights);
  const { outputs: expected } = await reference.run(cases.inputs);
  return { ...cases, expected };
}

/**
 * Compares what an executor computes with plain arithmetic: some drivers return zeros or half precision without an error.
 *
 * @throws BackendError that names the op if a number is wrong.
 */
export async function selfTest(
  executor: Executor,
  { graph, inputs, weights, expected }: SelfTest,
): Promise<void> {
  const plan = await executor.prepare(graph, weights);
  const { outputs } = await plan.run(inputs);
  await plan.dispose();
  for (const { op, name } of graph.nodes) refuseWrong(executor.backend, op, outputs[name], expected[name]);
}

function refuseWrong(backend: string, op: string, got: Tensor, expected: Tensor): void {
  const wrong = expected.data.findIndex(
    (value, index) => !(Math.abs(got.data[index] - value) <= SELF_TEST_TOLERANCE * (1 + Math.abs(value))),
  );
  if (wrong === -1) return;
  const zeros = got.data.every((value) => value === 0);
  throw new BackendError({
    where: `self-test of backend ${backend}, op ${op}, element ${wrong}`,
    expected: `${expected.data[wrong]}`,
    got: zeros ? "zeros everywhere" : `${got.data[wrong]}`,
    hint: "This machine's driver computes wrong numbers in this mode: choose another backend.",
  });
}

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
function selfTestCases(): NamedCase[] {
  return (Object.keys(CASES) as OpName[]).map((op) => ({ op, opCase: CASES[op][0] }));
}

/** A graph in which each case is independent, with its own inputs and one output, so that one run covers all. */
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
