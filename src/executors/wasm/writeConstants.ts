import type { PrepareOptions } from "../../backend/executor.ts";
import { derivedFrom } from "../../graph/derivedParameter.ts";
import type { Graph, GraphNode } from "../../graph/graph.ts";
import {
  BYTES_PER_FLOAT,
  WASM_CALLS,
  type WasmConstant,
  type WasmFunction,
} from "../../kernels/wasm/kernel.ts";
import { YIELD_INTERVAL_MS, yieldToEventLoop } from "../../support/eventLoop.ts";
import { releaseMemory } from "../../support/releaseMemory.ts";
import type { Weights } from "../../tensor.ts";
import { nodeParameters } from "../preparedNode.ts";
import type { PlanLayout, PlannedStep } from "./planLayout.ts";
import type { Runner } from "./runner.ts";

/** What runs the transformations of constants. */
export interface ConstantRunners {
  /** On the plan's threads. */
  readonly threads: Runner;
  /** On the calling thread. */
  readonly here: Runner;
}

/**
 * Writes weights into a plan's memory node by node, so that the derived parameters of only one node exist at a time.
 * `onWritten` is called for each stored parameter once no later node needs it.
 *
 * @throws ModelError if a parameter is missing or does not have the shape that the graph needs.
 * @throws the signal's reason once it is aborted.
 */
export async function writeConstants(
  memory: WebAssembly.Memory,
  runners: ConstantRunners,
  layout: PlanLayout,
  graph: Graph,
  weights: Weights,
  { onWritten = () => {}, signal }: PrepareOptions = {},
): Promise<void> {
  const last = lastUses(graph);
  const view = new DataView(memory.buffer);
  for (const step of layout.inputs) writeFields(view, step);
  let lastYield = performance.now();
  for (const [place, { node, kernel, constants, steps, fusedStep: groupStep }] of layout.nodes.entries()) {
    signal?.throwIfAborted();
    const parameters = Object.entries(nodeParameters(graph, node, weights));
    const data = Object.fromEntries(parameters.map(([role, parameter]) => [role, parameter.data]));
    for (const [index, constant] of kernel.constants.entries()) {
      await writeConstant(memory, runners, layout, node.name, constant, constants[index], data, signal);
    }
    for (const step of steps) writeFields(view, step);
    if (groupStep) writeFields(view, groupStep);
    for (const [role, name] of Object.entries(node.parameters)) {
      if (graph.derived[name]) releaseMemory(data[role]);
    }
    for (const name of storedParameters(graph, node)) {
      if (last.get(name) === place) onWritten(name);
    }
    if (performance.now() - lastYield < YIELD_INTERVAL_MS) continue;
    await yieldToEventLoop();
    lastYield = performance.now();
  }
}

async function writeConstant(
  memory: WebAssembly.Memory,
  runners: ConstantRunners,
  { staging }: PlanLayout,
  layer: string,
  { floats, transform, write }: WasmConstant,
  address: number,
  data: Readonly<Record<string, Float32Array>>,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (!transform) {
    write(new Float32Array(memory.buffer, address, floats), data);
    return;
  }
  write(new Float32Array(memory.buffer, staging.floats, transform.floats).fill(0), data);
  const step = transform.step(staging.floats, address);
  writeFields(new DataView(memory.buffer), { ...step, address: staging.fields });
  const runner = transform.quick ? runners.here : runners.threads;
  await runner.run([{ layer, function: step.function, address: staging.fields, units: step.units }], signal);
}

/** Writes the fields of a step's call, in the order of WASM_CALLS, which is the one in which its function reads them. */
export function writeFields(memory: DataView, { function: name, fields, address }: PlannedStep): void {
  const types = FIELD_TYPES[name];
  for (let index = 0; index < types.length; index++) {
    const [field, type] = types[index];
    const at = address + index * BYTES_PER_FLOAT;
    if (type === "f32") memory.setFloat32(at, fields[field], true);
    else memory.setInt32(at, fields[field], true);
  }
}

/** The fields of each function's call, listed once for thousands of calls. */
const FIELD_TYPES = Object.fromEntries(
  Object.entries(WASM_CALLS).map(([name, fields]) => [name, Object.entries(fields)]),
) as Record<WasmFunction, [field: string, type: string][]>;

/** By stored parameter: the index of the last node that needs it. */
function lastUses(graph: Graph): ReadonlyMap<string, number> {
  return new Map(
    graph.nodes.flatMap((node, place) =>
      storedParameters(graph, node).map((name): [string, number] => [name, place]),
    ),
  );
}

function storedParameters(graph: Graph, node: GraphNode): string[] {
  return Object.values(node.parameters).flatMap((name) => {
    const derived = graph.derived[name];
    return derived ? derivedFrom(derived) : [name];
  });
}
