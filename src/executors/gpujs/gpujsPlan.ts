import type { GPU, IPipelineRunShortcut } from "gpu.js";
import type { Plan, RunOptions, RunResult } from "../../backend/executor.ts";
import { BackendError, CenterNetError, UsageError } from "../../errors.ts";
import { type Graph, neededNodes, shapesByName } from "../../graph/graph.ts";
import { abortable } from "../../support/abortable.ts";
import { yieldToEventLoop } from "../../support/eventLoop.ts";
import { elementCount, type Shape, type Tensor, type Weights } from "../../tensor.ts";
import { checkInputs, prepareNodes } from "../preparedNode.ts";
import { batchesWithin, TapSink } from "../tapSink.ts";
import { flattenResult, GpuLayer, type Handle, type Rows, tensorInput } from "./gpuKernels.ts";
import type { GpujsMode } from "./modes.ts";

/** Taps that are passed on are computed in batches of this size, or of one larger map. */
const MAX_BATCH_BYTES = 32 * 2 ** 20;

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
  async run(inputs: Readonly<Record<string, Tensor>>, options: RunOptions = {}): Promise<RunResult> {
    if (this.disposal) {
      throw new UsageError({ where: "plan.run", expected: "a plan in use", got: "one that was disposed of" });
    }
    checkInputs(this.graph, inputs);
    const { signal } = options;
    const taps = new TapSink(this.graph, options);
    const queued = this.queue.then(() => {
      signal?.throwIfAborted();
      return this.mode === "cpu"
        ? this.runOneByOne(inputs, taps, signal)
        : this.runPipelines(inputs, taps, signal);
    });
    this.queue = queued.catch(() => {});
    const values = await abortable(queued, signal);
    const outputs = Object.entries(this.graph.outputs).map(([name, node]) => [name, values.get(node)]);
    return { outputs: Object.fromEntries(outputs), taps: taps.result };
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
    taps: TapSink,
    signal: AbortSignal | undefined,
  ): Promise<ReadonlyMap<string, Tensor>> {
    return runLayers(this.graph, this.layers, inputs, taps, signal);
  }

  /**
   * Only what a pipeline returns leaves the device. So if taps are passed on, several pipelines run, each for a batch of
   * them, and compute what comes before once more.
   */
  private async runPipelines(
    inputs: Readonly<Record<string, Tensor>>,
    taps: TapSink,
    signal: AbortSignal | undefined,
  ): Promise<ReadonlyMap<string, Tensor>> {
    const limit = taps.passesOn ? MAX_BATCH_BYTES : Number.POSITIVE_INFINITY;
    const sizes = taps.names.map((name) => [name, 4 * elementCount(this.shape(name))] as const);
    const batches = batchesWithin(limit, sizes);
    const last = batches.pop() ?? [];
    for (const batch of batches) {
      signal?.throwIfAborted();
      await this.deliver(batch, await this.runPipeline(inputs, batch), taps);
    }
    signal?.throwIfAborted();
    const outputs = Object.values(this.graph.outputs);
    const values = await this.runPipeline(inputs, [...new Set([...outputs, ...last])]);
    await this.deliver(last, values, taps);
    return new Map(outputs.map((name) => [name, values.get(name) as Tensor]));
  }

  private async deliver(batch: readonly string[], values: Map<string, Tensor>, taps: TapSink): Promise<void> {
    for (const name of batch) {
      const { shape, data } = values.get(name) as Tensor;
      if (!Object.values(this.graph.outputs).includes(name)) values.delete(name);
      // The array may be a view of a buffer that other values lie in.
      await taps.take(name, { shape, data: taps.passesOn ? data.slice() : data });
    }
  }

  private async runPipeline(
    inputs: Readonly<Record<string, Tensor>>,
    wanted: readonly string[],
  ): Promise<Map<string, Tensor>> {
    const run = await this.pipelineFor(wanted);
    const names = Object.keys(this.graph.inputs);
    const results = (await this.guard(() =>
      run(...names.map((name) => tensorInput(inputs[name]))),
    )) as Rows[];
    this.refuseFallback(run);
    return new Map(wanted.map((name, i) => [name, flattenResult(results[i], this.shape(name))]));
  }

  private shape(name: string): Shape {
    return this.shapes.get(name) as Shape;
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
  graph: Graph,
  layers: ReadonlyMap<string, GpuLayer>,
  inputs: Readonly<Record<string, Tensor>>,
  taps: TapSink,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, Tensor>> {
  const nodes = neededNodes(graph, taps.names);
  const outputs = new Set(Object.values(graph.outputs));
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
    const { name } = node;
    if (outputs.has(name)) results.set(name, copyOf(rows, node.shape));
    if (taps.has(name)) await taps.take(name, copyOf(rows, node.shape));
    values.set(name, rows);
    for (const input of node.inputs) {
      const left = (readers.get(input) ?? 0) - 1;
      readers.set(input, left);
      if (left === 0) values.delete(input);
    }
  }
  return results;
}

/** Of its own, because the kernel writes into the same rows when it runs again. */
function copyOf(rows: Rows, shape: Shape): Tensor {
  return { shape, data: flattenResult(rows, shape).data.slice() };
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
