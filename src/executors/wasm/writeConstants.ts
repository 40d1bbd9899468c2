import type { Graph } from "../../graph/graph.ts";
import type { WasmConstant } from "../../kernels/wasmKernel.ts";
import type { Weights } from "../../tensor.ts";
import { nodeParameters } from "../preparedNode.ts";
import type { Machine } from "./machine.ts";
import { nextTask } from "./nextTask.ts";
import { type PlanLayout, writeFields } from "./planLayout.ts";

/**
 * Brings weights into a plan's memory, node by node, so that derived parameters of only one are held beside it.
 *
 * @throws ModelError where a parameter is missing or has another shape than the graph needs.
 */
export async function writeConstants(
  machine: Machine,
  layout: PlanLayout,
  graph: Graph,
  weights: Weights,
): Promise<void> {
  const view = new DataView(machine.memory.buffer);
  for (const { node, kernel, constants, steps } of layout.nodes) {
    const parameters = Object.entries(nodeParameters(graph, node, weights));
    const data = Object.fromEntries(parameters.map(([role, parameter]) => [role, parameter.data]));
    kernel.constants.forEach((constant, index) => {
      writeConstant(machine, layout, constant, constants[index], data);
    });
    for (const step of steps) writeFields(view, step);
    if (parameters.length > 0) await nextTask();
  }
}

function writeConstant(
  { memory, functions }: Machine,
  { passing, scratch }: PlanLayout,
  { floats, transform, write }: WasmConstant,
  address: number,
  data: Readonly<Record<string, Float32Array>>,
): void {
  if (!transform) {
    write(new Float32Array(memory.buffer, address, floats), data);
    return;
  }
  write(new Float32Array(memory.buffer, passing.floats, transform.floats).fill(0), data);
  const step = transform.step(passing.floats, address);
  writeFields(new DataView(memory.buffer), { ...step, address: passing.fields });
  for (let unit = 0; unit < step.units; unit++) functions[step.function](passing.fields, unit, scratch);
}
