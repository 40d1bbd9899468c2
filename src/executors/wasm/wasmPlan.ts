import type { Plan, PrepareOptions, RunOptions, RunResult } from "../../backend/executor.ts";
import type { LayerTime, LayerTimes } from "../../backend/layerTimes.ts";
import { UsageError } from "../../errors.ts";
import { type Graph, neededNodes } from "../../graph/graph.ts";
import { planarBytes, type WasmChoices } from "../../kernels/wasm/kernel.ts";
import type { Shape, Tensor, Weights } from "../../tensor.ts";
import { checkInputs } from "../preparedNode.ts";
import { TapSink } from "../tapSink.ts";
import { writePlanar } from "./planarMap.ts";
import { type PlanLayout, type PlannedNode, type PlannedStep, planLayout } from "./planLayout.ts";
import { allocateMemory } from "./planMemory.ts";
import { type MapRead, planReads, takeMaps } from "./readMaps.ts";
import { type Runner, type RunStep, sameThreadRunner } from "./runner.ts";
import type { ThreadPool } from "./threads/threadPool.ts";
import { instantiateWasm } from "./wasmModule.ts";
import { writeConstants, writeFields } from "./writeConstants.ts";

const NO_TAPS: ReadonlySet<string> = new Set();

/** The compiled module and the threads to run it. With threads, the module imports shared memory. */
export interface WasmMachine {
  readonly module: WebAssembly.Module;
  /** Absent if the calling thread computes alone. */
  readonly pool?: ThreadPool;
}

/** A plan's memory, and what runs its steps there. */
interface PlanMemory {
  readonly memory: WebAssembly.Memory;
  readonly runner: Runner;
}

/** Steps of a run, and the maps that are copied out after them: one that is tapped, or the outputs. */
interface RunPart {
  readonly tap?: string;
  readonly steps: readonly RunStep[];
  readonly reads: readonly MapRead[];
}

/**
 * A graph laid out in one piece of memory and run node by node. Any value can be tapped: it is copied out as soon as it
 * is computed, before its memory is reused.
 */
export class WasmPlan implements Plan {
  /** Runs are queued, because they share the memory. */
  private queue: Promise<unknown> = Promise.resolve();
  private disposal?: Promise<void>;
  private memory?: PlanMemory;
  /** The parts of a run without taps, which are the same each time. */
  private untapped?: readonly RunPart[];

  /**
   * @throws MemoryError if the machine does not have enough memory.
   * @throws BackendError if the process has too little address space, or a thread dies.
   * @throws ModelError if a parameter is missing or does not have the shape that the graph needs.
   * @throws the signal's reason once it is aborted.
   */
  static async prepare(
    { module, pool }: WasmMachine,
    graph: Graph,
    weights: Weights,
    choices: WasmChoices,
    options?: PrepareOptions,
  ): Promise<WasmPlan> {
    const threads = pool?.count;
    const layout = planLayout(graph, choices, threads);
    const memory = allocateMemory(layout.bytes.total, pool !== undefined, { graph, choices, threads });
    const here = sameThreadRunner(await instantiateWasm(module, memory), layout.scratch[0]);
    const runner =
      pool?.runner({ module, memory, scratch: layout.scratch, steps: stepCount(layout) }) ?? here;
    try {
      await writeConstants(memory, { threads: runner, here }, layout, graph, weights, options);
    } catch (error) {
      runner.close();
      throw error;
    }
    return new WasmPlan(graph, layout, { memory, runner });
  }

  private constructor(
    private readonly graph: Graph,
    private readonly layout: PlanLayout,
    workplace: PlanMemory,
  ) {
    this.memory = workplace;
  }

  get bytes(): number {
    return this.layout.bytes.total;
  }

  async run(inputs: Readonly<Record<string, Tensor>>, options: RunOptions = {}): Promise<RunResult> {
    const workplace = this.workplace();
    checkInputs(this.graph, inputs);
    const taps = new TapSink(this.graph, options);
    const queued = this.queue.then(() => this.runNodes(workplace, inputs, taps, options.signal));
    this.queue = queued.catch(() => {});
    return queued;
  }

  async timeLayers(inputs: Readonly<Record<string, Tensor>>, signal?: AbortSignal): Promise<LayerTimes> {
    const workplace = this.workplace();
    checkInputs(this.graph, inputs);
    const queued = this.queue.then(() => this.timeNodes(workplace, inputs, signal));
    this.queue = queued.catch(() => {});
    return queued;
  }

  /** Waits for runs in progress. */
  dispose(): Promise<void> {
    this.disposal ??= this.queue.then(() => {
      this.memory?.runner.close();
      this.memory = undefined;
    });
    return this.disposal;
  }

  private workplace(): PlanMemory {
    if (this.memory && !this.disposal) return this.memory;
    throw new UsageError({ where: "plan.run", expected: "a plan in use", got: "one that was disposed of" });
  }

  private async timeNodes(
    { memory, runner }: PlanMemory,
    inputs: Readonly<Record<string, Tensor>>,
    signal: AbortSignal | undefined,
  ): Promise<LayerTimes> {
    signal?.throwIfAborted();
    this.writeInputs(memory, inputs);
    await runner.run(this.inputSteps(), signal);
    const needed = new Set(neededNodes(this.graph).map(({ name }) => name));
    const layers = this.layout.nodes
      .filter(({ node }) => needed.has(node.name))
      .map((planned) => ({ planned, steps: stepsOf(planned, NO_TAPS) }))
      .filter(({ steps }) => steps.length > 0);
    const times: number[] = [];
    const steps = layers.flatMap(({ planned, steps: own }) => {
      return own.map((step) => ({ ...step, layer: planned.node.name }));
    });
    await runner.run(steps, signal, times);
    let first = 0;
    const timed = layers.map(({ planned: { node, group }, steps: own }): LayerTime => {
      const milliseconds = times.slice(first, first + own.length).reduce((sum, time) => sum + time, 0);
      first += own.length;
      return { name: node.name, milliseconds, ...(group && { inner: group.inner }) };
    });
    return { clock: "steps of one run, each until all threads had ended it", layers: timed };
  }

  private async runNodes(
    workplace: PlanMemory,
    inputs: Readonly<Record<string, Tensor>>,
    taps: TapSink,
    signal: AbortSignal | undefined,
  ): Promise<RunResult> {
    signal?.throwIfAborted();
    this.writeInputs(workplace.memory, inputs);
    const parts = this.partsOf(taps);
    for (const { tap, steps, reads } of parts.slice(0, -1)) {
      const { maps } = await this.runPart(workplace, { steps, reads }, signal);
      if (tap !== undefined) await taps.take(tap, maps[0]);
    }
    const { maps, findings } = await this.runPart(workplace, parts[parts.length - 1], signal);
    const outputs = Object.keys(this.graph.outputs).map((name, index) => [name, maps[index]]);
    return { outputs: Object.fromEntries(outputs), findings, taps: taps.result };
  }

  private partsOf(taps: TapSink): readonly RunPart[] {
    if (taps.names.length > 0) return this.planParts(taps);
    this.untapped ??= this.planParts(taps);
    return this.untapped;
  }

  /** A run, which each tap interrupts. The last part ends with the outputs. */
  private planParts(taps: TapSink): readonly RunPart[] {
    const needed = new Set(neededNodes(this.graph, taps.names).map(({ name }) => name));
    const parts: RunPart[] = [];
    let steps: RunStep[] = [...this.inputSteps()];
    const endPart = (names: readonly string[], last: number, tap?: string) => {
      const reads = planReads(this.layout, names, last);
      for (const { name, step } of reads) if (step) steps.push({ ...step, layer: name });
      parts.push({ tap, steps, reads });
      steps = [];
    };
    for (const [index, planned] of this.layout.nodes.entries()) {
      const { name } = planned.node;
      if (needed.has(name)) steps.push(...stepsOf(planned, taps).map((step) => ({ ...step, layer: name })));
      if (taps.has(name)) endPart([name], index, name);
    }
    endPart(Object.values(this.graph.outputs), this.layout.nodes.length - 1);
    return parts;
  }

  private async runPart(
    { memory, runner }: PlanMemory,
    { steps, reads }: RunPart,
    signal: AbortSignal | undefined,
  ) {
    const view = new DataView(memory.buffer);
    for (const { step } of reads) if (step) writeFields(view, step);
    await runner.run(steps, signal);
    return takeMaps(memory, this.layout, reads);
  }

  /** Writes the inputs' maps, but for what `inputSteps` have still to do. */
  private writeInputs(memory: WebAssembly.Memory, inputs: Readonly<Record<string, Tensor>>): void {
    for (const name of Object.keys(this.graph.inputs)) {
      const { data } = inputs[name];
      const pixels = this.layout.inputs.find(({ input }) => input === name)?.fields.source;
      if (pixels !== undefined) new Float32Array(memory.buffer, pixels, data.length).set(data);
      else writePlanar(inputs[name], this.map(memory, name));
    }
  }

  private inputSteps(): RunStep[] {
    return this.layout.inputs.map(({ input, ...step }) => ({ ...step, layer: input }));
  }

  private map(memory: WebAssembly.Memory, name: string): Float32Array {
    const shape = this.layout.shapes.get(name) as Shape;
    return new Float32Array(memory.buffer, this.layout.maps.get(name), planarBytes(shape) / 4);
  }
}

/** The steps to run for a node. The layers of a group run as one step, unless an inner one is tapped. */
function stepsOf(
  { node, steps, group, fusedStep: groupStep }: PlannedNode,
  taps: Pick<ReadonlySet<string>, "has">,
): readonly PlannedStep[] {
  if (!group || group.inner.some((name) => taps.has(name))) return steps;
  return groupStep && group.last === node.name ? [groupStep] : [];
}

/** The longest run. It has room for a step even in an empty graph, since a constant may be transformed in one. */
function stepCount({ inputs, nodes, reads }: PlanLayout): number {
  return 1 + inputs.length + reads.length + nodes.reduce((count, { steps }) => count + steps.length, 0);
}
