import type { GPU, IPipelineRunShortcut } from "gpu.js";
import type { Plan, RunOptions, RunResult } from "../../backend/executor.ts";
import { BackendError, CenterNetError, UsageError } from "../../errors.ts";
import { type Graph, type GraphNode, neededNodes, shapesByName } from "../../graph/graph.ts";
import { abortable } from "../../support/abortable.ts";
import { yieldToEventLoop } from "../../support/eventLoop.ts";
import { type Shape, type Tensor, toNdarray, type Weights } from "../../tensor.ts";
import { checkInputs, checkTaps, prepareNodes } from "../preparedNode.ts";
import { flattenResult, GpuLayer, type Handle, type Rows, tensorInput } from "./gpuKernels.ts";
import type { GpujsMode } from "./modes.ts";

/**
 * A graph as layers of gpu.js kernels, one per node, run as one pipeline. `webgpu` fuses the pipeline into one command
 * encoder and `webasm` into one memory, so that no intermediate leaves the device unless it is tapped. Different taps
 * need a different pipeline over the same layers; the last one is kept.
 */
export class GpujsPlan implements Plan {
  private readonly layers: ReadonlyMap<string, GpuLayer>;
  private readonly shapes: ReadonlyMap<string, Shape>;
  private pipeline?: { wanted: string; run: IPipelineRunShortcut };
  /** Runs are queued: gpu.js compiles a pipeline in its first call, and no other run may destroy it meanwhile. */
  private queue: Promise<unknown> = Promise.resolve();
  private disposal?: Promise<void>;

  constructor(
    private readonly gpu: GPU,
    private readonly mode: GpujsMode,
    private readonly graph: Graph,
    weights: Weights,
  ) {
    const nodes = prepareNodes(graph, weights);
    this.layers = new Map(nodes.map((prepared) => [prepared.node.name, new GpuLayer(gpu, prepared)]));
    this.shapes = shapesByName(graph);
  }

  /**
   * An abort stops `cpu` between two layers. In the other modes a pass cannot be interrupted: the promise rejects at
   * once, unless the pass blocks this thread, and the pass's result is discarded.
   */
  async run(
    inputs: Readonly<Record<string, Tensor>>,
    { taps = [], signal }: RunOptions = {},
  ): Promise<RunResult> {
    if (this.disposal) {
      throw new UsageError({ where: "plan.run", expected: "a plan in use", got: "one that was disposed of" });
    }
    checkInputs(this.graph, inputs);
    checkTaps(this.graph, taps);
    const wanted = [...new Set([...Object.values(this.graph.outputs), ...taps])];
    const queued = this.queue.then(() => {
      signal?.throwIfAborted();
      return this.mode === "cpu"
        ? this.runOneByOne(inputs, wanted, signal)
        : this.runPipeline(inputs, wanted);
    });
    this.queue = queued.catch(() => {});
    const values = await abortable(queued, signal);
    const value = (name: string) => values.get(name) as Tensor;
    const outputs = Object.entries(this.graph.outputs).map(([name, node]) => [name, value(node)]);
    return {
      outputs: Object.fromEntries(outputs),
      taps: Object.fromEntries(taps.map((name) => [name, toNdarray(value(name))])),
    };
  }

  /** Waits for runs in progress. */
  dispose(): Promise<void> {
    this.disposal ??= this.queue.then(async () => {
      await this.pipeline?.run.destroy();
      for (const layer of this.layers.values()) layer.destroy();
    });
    return this.disposal;
  }

  private runOneByOne(
    inputs: Readonly<Record<string, Tensor>>,
    wanted: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<ReadonlyMap<string, Tensor>> {
    return runLayers(neededNodes(this.graph, wanted), this.layers, inputs, wanted, signal);
  }

  private async runPipeline(
    inputs: Readonly<Record<string, Tensor>>,
    wanted: readonly string[],
  ): Promise<ReadonlyMap<string, Tensor>> {
    const run = await this.pipelineFor(wanted);
    const names = Object.keys(this.graph.inputs);
    const results = (await this.guard(() =>
      run(...names.map((name) => tensorInput(inputs[name]))),
    )) as Rows[];
    this.refuseFallback(run);
    const shape = (name: string) => this.shapes.get(name) as Shape;
    return new Map(wanted.map((name, i) => [name, flattenResult(results[i], shape(name))]));
  }

  private async pipelineFor(wanted: readonly string[]): Promise<IPipelineRunShortcut> {
    const key = wanted.join("\n");
    if (this.pipeline?.wanted === key) return this.pipeline.run;
    await this.pipeline?.run.destroy();
    const run = patientPipeline(this.gpu.createPipeline(this.orchestration(wanted)));
    this.pipeline = { wanted: key, run };
    return run;
  }

  /** gpu.js reads the number of a pipeline's arguments from the function's `length`. */
  private orchestration(wanted: readonly string[]): (...args: Handle[]) => Handle[] {
    const { graph, layers } = this;
    const names = Object.keys(graph.inputs);
    const trace = (...args: Handle[]): Handle[] => {
      const values = new Map<string, Handle>(names.map((name, index) => [name, args[index]]));
      for (const node of neededNodes(graph, wanted)) {
        const layer = layers.get(node.name) as GpuLayer;
        values.set(node.name, layer.run(node.inputs.map((name) => values.get(name) as Handle)));
      }
      return wanted.map((name) => values.get(name) as Handle);
    };
    Object.defineProperty(trace, "length", { value: names.length });
    return trace;
  }

  /** gpu.js silently falls back to a slower mode; here that is an error. */
  private refuseFallback({ executorKind, fallbackReason, backend }: IPipelineRunShortcut): void {
    const fuses = this.mode === "webgpu" || this.mode === "webasm";
    const runs = this.mode === "webgl2" ? "gpu" : this.mode;
    if (backend === runs && (!fuses || (executorKind.startsWith("fused") && fallbackReason === null))) return;
    throw new BackendError({
      where: `backend ${this.mode}`,
      expected: `every kernel to run on ${this.mode}`,
      got: `${executorKind} on ${backend} (${fallbackReason ?? "no reason given"})`,
      hint: "Choose another backend.",
    });
  }

  private async guard<T>(run: () => Promise<T> | T): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (error instanceof CenterNetError) throw error;
      throw new BackendError(
        {
          where: `backend ${this.mode}`,
          expected: "the network to run",
          got: error instanceof Error ? error.message : String(error),
          hint: "Choose another backend.",
        },
        { cause: error },
      );
    }
  }
}

/**
 * Runs layers one after the other, for the mode that cannot fuse them anyway. Before each layer it yields to the event
 * loop, so that an abort can end the run. A value is dropped after its last reader.
 *
 * @throws the signal's reason once it is aborted.
 */
async function runLayers(
  nodes: readonly GraphNode[],
  layers: ReadonlyMap<string, GpuLayer>,
  inputs: Readonly<Record<string, Tensor>>,
  wanted: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, Tensor>> {
  const values = new Map<string, Handle>();
  for (const [name, tensor] of Object.entries(inputs)) values.set(name, tensorInput(tensor));
  const readers = new Map<string, number>();
  for (const name of nodes.flatMap((node) => node.inputs)) readers.set(name, (readers.get(name) ?? 0) + 1);
  const results = new Map<string, Tensor>();

  for (const node of nodes) {
    await yieldToEventLoop();
    signal?.throwIfAborted();
    const layer = layers.get(node.name) as GpuLayer;
    const rows = layer.run(node.inputs.map((name) => values.get(name) as Handle)) as Rows;
    if (wanted.includes(node.name)) {
      // The kernel writes into the same rows when it runs again.
      const { shape, data } = flattenResult(rows, node.shape);
      results.set(node.name, { shape, data: data.slice() });
    }
    values.set(node.name, rows);
    for (const name of node.inputs) {
      const left = (readers.get(name) ?? 0) - 1;
      readers.set(name, left);
      if (left === 0) values.delete(name);
    }
  }
  return results;
}

/**
 * How long a layer may take on the threads of `webasm`, in milliseconds. After a minute without progress gpu.js assumes
 * that a thread has died, but the largest layers of an hourglass take longer on a slow machine.
 */
export const MAX_LAYER_MS = 30 * 60_000;

/** The object that compiles and runs a pipeline of `webasm` in gpu.js 2.24.1. Its time limit is not an option. */
interface PipelineExecutor {
  sanityTimeoutMs?: number;
}

/** Raises the time limit of a pipeline. Call it before the pipeline's first run, which creates the executor. */
export function patientPipeline(run: IPipelineRunShortcut): IPipelineRunShortcut {
  let executor: PipelineExecutor | false | undefined;
  Object.defineProperty(run.pipeline, "_executor", {
    get: () => executor,
    set(next: typeof executor) {
      if (next && next.sanityTimeoutMs !== undefined) next.sanityTimeoutMs = MAX_LAYER_MS;
      executor = next;
    },
  });
  return run;
}
