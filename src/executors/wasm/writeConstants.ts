import type { Graph } from "../../graph/graph.ts";
import type { WasmConstant } from "../../kernels/wasmKernel.ts";
import type { Weights } from "../../tensor.ts";
import { nodeParameters } from "../preparedNode.ts";
import { nextTask } from "./nextTask.ts";
import { type PlanLayout, writeFields } from "./planLayout.ts";
import type { Runner } from "./runner.ts";

/**
 * Brings weights into a plan's memory, node by node, so that derived parameters of only one are held beside it.
 *
 * @throws ModelError where a parameter is missing or has another shape than the graph needs.
 */
export async function writeConstants(
  memory: WebAssembly.Memory,
  runner: Runner,
  layout: PlanLayout,
  graph: Graph,
  weights: Weights,
): Promise<void> {
  const view = new DataView(memory.buffer);
  for (const { node, kernel, constants, steps } of layout.nodes) {
    const parameters = Object.entries(nodeParameters(graph, node, weights));
    const data = Object.fromEntries(parameters.map(([role, parameter]) => [role, parameter.data]));
    for (const [index, constant] of kernel.constants.entries()) {
      await writeConstant(memory, runner, layout, node.name, constant, constants[index], data);
    }
    for (const step of steps) writeFields(view, step);
    if (parameters.length > 0) await nextTask();
  }
}

async function writeConstant(
  memory: WebAssembly.Memory,
  runner: Runner,
  { passing }: PlanLayout,
  layer: string,
  { floats, transform, write }: WasmConstant,
  address: number,
  data: Readonly<Record<string, Float32Array>>,
): Promise<void> {
  if (!transform) {
    write(new Float32Array(memory.buffer, address, floats), data);
    return;
  }
  write(new Float32Array(memory.buffer, passing.floats, transform.floats).fill(0), data);
  const step = transform.step(passing.floats, address);
  writeFields(new DataView(memory.buffer), { ...step, address: passing.fields });
  await runner.run([{ layer, function: step.function, address: passing.fields, units: step.units }]);
}
