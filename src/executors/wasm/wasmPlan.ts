import { BackendError, UsageError } from "../../errors.ts";
import type { Graph } from "../../graph/graph.ts";
import { neededNodes } from "../../graph/neededNodes.ts";
import { type Precision, planarBytes } from "../../kernels/wasmKernel.ts";
import { type Shape, type Tensor, toNdarray, type Weights } from "../../tensor.ts";
import type { Plan, RunOptions, RunResult } from "../executor.ts";
import { checkInputs, checkTaps } from "../preparedNode.ts";
import type { Machine } from "./machine.ts";
import { nextTask } from "./nextTask.ts";
import { readPlanar, writePlanar } from "./planarMap.ts";
import { type PlanLayout, type PlannedNode, planLayout } from "./planLayout.ts";
import { instantiateWasm, wasmMemory } from "./wasmModule.ts";
import { writeConstants } from "./writeConstants.ts";

/** So often, in milliseconds, a run looks up from its work. */
const TURN = 50;

/**
 * A graph laid out in one piece of memory, run node by node. Every value may be tapped: it is read as soon as
 * it is there, before its memory goes to another.
 */
export class WasmPlan implements Plan {
  /** Runs queue here: they share the memory. */
  private queue: Promise<unknown> = Promise.resolve();
  private disposal?: Promise<void>;
  private machine?: Machine;

  /**
   * @throws BackendError where the machine does not have the memory.
   * @throws ModelError where a parameter is missing or has another shape than the graph needs.
   */
  static async prepare(
    module: WebAssembly.Module,
    graph: Graph,
    weights: Weights,
    precision: Precision,
  ): Promise<WasmPlan> {
    const layout = planLayout(graph, precision);
    const memory = wasmMemory(layout.bytes.total);
    const functions = await instantiateWasm(module, memory);
    const machine = { memory, functions };
    await writeConstants(machine, layout, graph, weights);
    return new WasmPlan(graph, layout, machine);
  }

  private constructor(
    private readonly graph: Graph,
    private readonly layout: PlanLayout,
    machine: Machine,
  ) {
    this.machine = machine;
  }

  async run(
    inputs: Readonly<Record<string, Tensor>>,
    { taps = [], signal }: RunOptions = {},
  ): Promise<RunResult> {
    const { machine } = this;
    if (this.disposal || !machine) {
      throw new UsageError({ where: "plan.run", expected: "a plan in use", got: "one that was disposed of" });
    }
    checkInputs(this.graph, inputs);
    checkTaps(this.graph, taps);
    const queued = this.queue.then(() => this.runNodes(machine, inputs, new Set(taps), signal));
    this.queue = queued.catch(() => {});
    return queued;
  }

  /** Runs under way end first. */
  dispose(): Promise<void> {
    this.disposal ??= this.queue.then(() => {
      this.machine = undefined;
    });
    return this.disposal;
  }

  private async runNodes(
    machine: Machine,
    inputs: Readonly<Record<string, Tensor>>,
    taps: ReadonlySet<string>,
    signal: AbortSignal | undefined,
  ): Promise<RunResult> {
    signal?.throwIfAborted();
    for (const name of Object.keys(this.graph.inputs)) writePlanar(inputs[name], this.map(machine, name));
    const needed = new Set(neededNodes(this.graph, [...taps]).map(({ name }) => name));
    const tapped: [string, Tensor][] = [];
    let turn = performance.now();
    for (const planned of this.layout.nodes.filter(({ node }) => needed.has(node.name))) {
      if (performance.now() - turn > TURN) {
        await nextTask();
        turn = performance.now();
      }
      signal?.throwIfAborted();
      this.runNode(machine, planned);
      const { name } = planned.node;
      if (taps.has(name)) tapped.push([name, this.read(machine, name)]);
    }
    const outputs = Object.entries(this.graph.outputs).map(([name, node]) => [
      name,
      this.read(machine, node),
    ]);
    return {
      outputs: Object.fromEntries(outputs),
      taps: Object.fromEntries(tapped.map(([name, value]) => [name, toNdarray(value)])),
    };
  }

  private runNode({ functions }: Machine, { node, steps }: PlannedNode): void {
    try {
      for (const step of steps) {
        const run = functions[step.function];
        for (let unit = 0; unit < step.units; unit++) run(step.address, unit, this.layout.scratch);
      }
    } catch (error) {
      throw new BackendError(
        {
          where: `backend wasm, layer ${node.name}`,
          expected: "the layer to run",
          got: error instanceof Error ? error.message : String(error),
          hint: "Choose another backend.",
        },
        { cause: error },
      );
    }
  }

  private read(machine: Machine, name: string): Tensor {
    return readPlanar(this.layout.shapes.get(name) as Shape, this.map(machine, name));
  }

  private map({ memory }: Machine, name: string): Float32Array {
    const shape = this.layout.shapes.get(name) as Shape;
    return new Float32Array(memory.buffer, this.layout.maps.get(name), planarBytes(shape) / 4);
  }
}
