/** A model with its weights on a backend, ready to run: maps in, maps out. */

import { describeGraph } from "./analysis/describe.ts";
import type { BackendDetails } from "./backend/backendDetails.ts";
import type { Executor, Plan, RunOptions, RunResult } from "./backend/executor.ts";
import { BackendError, ModelError, UsageError } from "./errors.ts";
import { type Backend, createExecutor, type ExecutorOptions } from "./executors/backends.ts";
import { measureSpeed } from "./executors/measureSpeed.ts";
import { PlansBySize } from "./executors/plansBySize.ts";
import { stored } from "./graph/derivedParameter.ts";
import type { Graph } from "./graph/graph.ts";
import { foldBatchNorm } from "./graph/passes/foldBatchNorm.ts";
import { fuseEpilogues } from "./graph/passes/fuseEpilogues.ts";
import { OPS } from "./kernels/ops.ts";
import { isCheckpoint, type OpenOptions, openModel } from "./loading/openWeights.ts";
import { readWeights } from "./loading/readWeights.ts";
import { checkInputSize, type InputSize, type Model } from "./models/model.ts";
import { releaseMemory } from "./support/releaseMemory.ts";
import { allFinite, type Parameter, type Tensor, type Weights } from "./tensor.ts";

export interface NetworkOptions extends ExecutorOptions, OpenOptions {
  /** Default: `auto`, the best available. */
  readonly backend?: Backend;
  /** In pixels. Default: the model's own size. Refused if each image decides the size. */
  readonly inputSize?: InputSize;
  /** Called while weights are read, with the bytes read so far and their total. */
  readonly onProgress?: (readBytes: number, allBytes: number) => void;
  /** False runs every op separately, so that each can be tapped. Default true. */
  readonly fuse?: boolean;
  /** Stops loading while weights are read or `wasm` lays them out. Later calls take their own signals. */
  readonly signal?: AbortSignal;
}

/** The parts of a network. */
export interface NetworkParts {
  readonly model: Model;
  /** Absent if each image decides the size. */
  readonly inputSize?: InputSize;
  /** Emptied while the plan takes them over, unless they are needed again. */
  readonly weights: Map<string, Parameter>;
  /** Whether the network owns the arrays and may free them. Default false. */
  readonly ownsWeights?: boolean;
  readonly executor: Executor;
  readonly fuse: boolean;
  readonly notes: readonly string[];
  readonly signal?: AbortSignal;
}

export class Network {
  readonly model: Model;
  /**
   * The size it was loaded for. If each image decides the size, a typical one, which describes the model; `run` then
   * takes the size of its inputs.
   */
  readonly inputSize: InputSize;
  /** The checkpoint's constants, beside the layers' parameters. */
  readonly constants: Weights;
  /** Notes for the user about the weights, such as a file name that contradicts the contents. */
  readonly notes: readonly string[];
  /** Whether bias, sum, activation and batch norm run as part of their convolution, rather than each op alone. */
  readonly fused: boolean;
  private readonly executor: Executor;
  /** Kept only if the network is re-planned for new input sizes; otherwise the plan holds the sole copy. */
  private readonly weights: Weights;
  private readonly plans: PlansBySize;
  private disposed = false;

  /** @throws as `loadNetwork`. */
  static async open({ inputSize, ...parts }: NetworkParts): Promise<Network> {
    const size = inputSize ?? parts.model.defaultSize;
    const network = new Network(parts, size);
    const onWritten = (name: string) => {
      const written = parts.weights.get(name);
      parts.weights.delete(name);
      if (written && parts.ownsWeights && !network.constants.has(name)) releaseMemory(written.data);
    };
    if (inputSize) await network.plans.planFor(size, parts.weights, { onWritten, signal: parts.signal });
    return network;
  }

  private constructor({ model, weights, executor, fuse, notes }: NetworkParts, size: InputSize) {
    this.model = model;
    this.inputSize = size;
    this.executor = executor;
    this.fused = fuse;
    this.notes = notes;
    this.constants = new Map([...model.constants(size).keys()].map((name) => [name, stored(name, weights)]));
    this.weights = model.sizedByImage ? weights : this.constants;
    this.plans = new PlansBySize(executor, (size) => this.graphAt(size));
  }

  get backend(): string {
    return this.executor.backend;
  }

  get backendDetails(): BackendDetails {
    return this.executor.details;
  }

  /** Whether the backend samples images itself, so their inputs need not be computed here. */
  get samplesImages(): boolean {
    return this.executor.samplesImages ?? false;
  }

  /** The graph as it runs: fused unless that was switched off, at the size of the last run. */
  get graph(): Graph {
    return this.plans.latest?.graph ?? this.graphAt(this.inputSize);
  }

  /** @throws MemoryError if the backend knows that this size does not fit in memory. */
  checkMemory(size: InputSize): void {
    if (!this.plans.graphFor(size)) this.executor.checkMemory?.(this.graphAt(size));
  }

  /** What one run at this size computes and holds. `bytes` is absent if the backend does not know it. */
  demandsAt(size: InputSize): { readonly multiplyAdds: number; readonly bytes?: number } {
    const graph = this.plans.graphFor(size) ?? this.graphAt(size);
    return {
      multiplyAdds: describeGraph(graph).totals.multiplyAdds,
      bytes: this.executor.planBytes?.(graph),
    };
  }

  /** Multiply-adds per millisecond, measured on this backend: see `measureSpeed`. */
  measureSpeed(): Promise<number> {
    return measureSpeed(this.executor);
  }

  /**
   * Runs the network at the size of its inputs. If the network is not prepared for that size, which only happens
   * with models sized by the image, it is prepared first; such calls must not overlap.
   *
   * @throws ModelError if a layer outputs a number that is not finite; the error names the first such layer.
   * @throws BackendError if all outputs are zero.
   * @throws the signal's reason once it is aborted, also while the network is prepared.
   */
  async run(inputs: Readonly<Record<string, Tensor>>, options: RunOptions = {}): Promise<RunResult> {
    const plan = await this.planFor(inputs, options.signal);
    const result = await plan.run(inputs, options);
    if (result.peaks) return result;
    const outputs = Object.values(result.outputs);
    if (!outputs.every((map) => allFinite(map.data))) throw await this.notFinite(plan, inputs);
    if (outputs.every((map) => map.data.every((value) => value === 0))) {
      throw new BackendError({
        where: `backend ${this.backend}`,
        expected: "the maps of the network",
        got: "zeros everywhere",
        hint: "Its driver failed silently: choose another backend.",
      });
    }
    return result;
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    await this.executor.dispose();
  }

  private async planFor(
    inputs: Readonly<Record<string, Tensor>>,
    signal: AbortSignal | undefined,
  ): Promise<Plan> {
    if (this.disposed) {
      const fault = { where: "network.run", expected: "a network in use", got: "one that was disposed of" };
      throw new UsageError(fault);
    }
    const { latest } = this.plans;
    if (latest && !this.model.sizedByImage) return latest.plan;
    const [image] = Object.values(inputs);
    const size = image ? { height: image.shape[1], width: image.shape[2] } : this.inputSize;
    return this.plans.planFor(size, this.weights, { signal });
  }

  private graphAt(size: InputSize): Graph {
    return runnable(this.model.graph(size, this.constants), this.fused);
  }

  /** Finds the first faulty layer by running again with every layer tapped. */
  private async notFinite(plan: Plan, inputs: Readonly<Record<string, Tensor>>): Promise<ModelError> {
    const names = this.graph.nodes.map((node) => node.name);
    let first: { readonly name: string; readonly value?: number } | undefined;
    const onTap = (name: string, { data }: Tensor) => {
      if (!first && !allFinite(data)) first = { name, value: data.find((value) => !Number.isFinite(value)) };
    };
    await plan.run(inputs, { taps: names, onTap });
    return new ModelError({
      where: `layer ${first?.name ?? "output"} of ${this.model.name}`,
      expected: "finite numbers",
      got: `${first?.value}`,
      hint: "The weights or the input hold numbers that float32 cannot carry.",
    });
  }
}

/**
 * Loads a model. Without a name, the weights decide which; without weights too, it is the default model.
 *
 * @throws ModelError for an unknown name, or weights that cannot be read or do not fit, with every
 *   difference.
 * @throws BackendError if the backend does not work on this machine.
 * @throws UsageError for an input size that the model cannot take.
 * @throws the signal's reason once it is aborted.
 */
export async function loadNetwork(name: string | undefined, options: NetworkOptions = {}): Promise<Network> {
  const { signal, onProgress } = options;
  signal?.throwIfAborted();
  const opening = openModel(name, options);
  // Threads start and shaders compile while weights are opened and read.
  const starting = createExecutor(options.backend, options);
  starting.catch(() => {}); // Reported below; an error in the weights takes precedence.
  try {
    const { model, checkpoint, notes } = await opening;
    const inputSize = chosenSize(model, options.inputSize);
    const weights = await readWeights(checkpoint, model, inputSize, { onProgress, signal });
    const executor = await starting;
    signal?.throwIfAborted();
    const fuse = options.fuse ?? true;
    // A checkpoint that the caller opened or made may keep the arrays that it returns.
    const ownsWeights = !isCheckpoint(options.weights);
    const parts = { model, inputSize, weights, ownsWeights, executor, fuse, notes, signal };
    return await Network.open(parts);
  } catch (error) {
    await starting.then((executor) => executor.dispose()).catch(() => {});
    throw error;
  }
}

function chosenSize(model: Model, wanted: InputSize | undefined): InputSize | undefined {
  if (!model.sizedByImage) {
    const size = wanted ?? model.defaultSize;
    checkInputSize(model, size);
    return size;
  }
  if (!wanted) return undefined;
  throw new UsageError({
    where: `input size of ${model.name}`,
    expected: "none: each image decides it",
    got: `${wanted.width}x${wanted.height}`,
    hint: sizeHint(model),
  });
}

function sizeHint({ testTimeOptions, resizer }: Model): string | undefined {
  if (testTimeOptions?.includes("scales")) return "Choose the option scales instead.";
  return resizer && `Its pipeline.config says so: ${resizer}.`;
}

/** With `fuse`, folds batch norms and fuses bias, sum and activation into their convolution. */
export function runnable(graph: Graph, fuse: boolean): Graph {
  return fuse ? fuseEpilogues(foldBatchNorm(graph, OPS), OPS) : graph;
}
