import type { GPU, IPipelineRunShortcut } from "gpu.js";
import type { Plan, RunOptions, RunResult } from "../../backend/executor.ts";
import { BackendError, CenterNetError, UsageError } from "../../errors.ts";
import { type Graph, neededNodes, shapesByName } from "../../graph/graph.ts";
import { abortable } from "../../support/abortable.ts";
import { type Shape, type Tensor, toNdarray, type Weights } from "../../tensor.ts";
import { checkInputs, checkTaps, prepareNodes } from "../preparedNode.ts";
import { flattenResult, GpuLayer, type Handle, type Rows, tensorInput } from "./gpuKernels.ts";
import type { GpujsMode } from "./modes.ts";
import { runLayers } from "./runLayers.ts";

/**
 * A graph as layers of gpu.js kernels, one a node, run as one pipeline: the mode fuses it where it can (WebGPU into one
 * command encoder, WebAssembly into one memory), so that no intermediate leaves the device unless it is
 * tapped. Other taps mean another pipeline over the same layers; the last one is kept.
 */
export class GpujsPlan implements Plan {
  private readonly layers: ReadonlyMap<string, GpuLayer>;
  private readonly shapes: ReadonlyMap<string, Shape>;
  private pipeline?: { wanted: string; run: IPipelineRunShortcut };
  /** Runs queue here: gpu.js compiles a pipeline on its first call, and that must not be torn down under it. */
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
   * Plain JavaScript stops between two layers. A pass on the device cannot be stopped: on abort the promise
   * rejects at once, if the pass leaves this thread alone, and the pass ends unobserved.
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

  /** Runs under way end first. */
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

  /** gpu.js counts a pipeline's arguments off the function, so its parameters must stand in a list. */
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

  /** gpu.js falls back to a slower mode without a word; here that is an error. */
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
 * How long a layer may take on threads of `webasm`, in milliseconds. gpu.js takes a minute without progress for a
 * thread that died, but the largest layers of an hourglass, one thread a number, take longer on a slow machine.
 */
export const LONGEST_LAYER = 30 * 60_000;

/** What compiles and runs a pipeline of `webasm`, in gpu.js 2.24.1; it has no setting for this. */
interface PipelineExecutor {
  sanityTimeoutMs?: number;
}

/** Call it before the first run, which makes the executor. */
export function patientPipeline(run: IPipelineRunShortcut): IPipelineRunShortcut {
  let executor: PipelineExecutor | false | undefined;
  Object.defineProperty(run.pipeline, "_executor", {
    get: () => executor,
    set(next: typeof executor) {
      if (next && next.sanityTimeoutMs !== undefined) next.sanityTimeoutMs = LONGEST_LAYER;
      executor = next;
    },
  });
  return run;
}
