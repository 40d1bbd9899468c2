/** A model with its weights on a backend, ready to run: maps in, maps out. */

import { multiplyAddsIn } from "./analysis/describe.ts";
import { type GraphProfile, graphProfile } from "./analysis/profile.ts";
import type { BackendDetails } from "./backend/backendDetails.ts";
import type { Executor, Findings, Plan, RunOptions, RunResult } from "./backend/executor.ts";
import { BackendError, ModelError, UsageError } from "./errors.ts";
import { type Backend, createExecutor, type ExecutorOptions } from "./executors/backends.ts";
import { measureSpeed } from "./executors/measureSpeed.ts";
import { PlansBySize } from "./executors/plansBySize.ts";
import { cannotTime, timePlan } from "./executors/timePlan.ts";
import { derivedFrom, parameterOf, stored } from "./graph/derivedParameter.ts";
import type { Graph } from "./graph/graph.ts";
import { foldBatchNorm } from "./graph/passes/foldBatchNorm.ts";
import { fuseEpilogues } from "./graph/passes/fuseEpilogues.ts";
import { OPS } from "./kernels/ops.ts";
import { isCheckpoint, type OpenOptions, openModelWeights } from "./loading/openWeights.ts";
import { type ReadAgain, type ReadSome, readAgain, readSome } from "./loading/readAgain.ts";
import { readWeights } from "./loading/readWeights.ts";
import { checkInputSize, type InputSize, type Model } from "./models/model.ts";
import { releaseMemory } from "./support/releaseMemory.ts";
import { unknownName } from "./support/unknownName.ts";
import { allFinite, type Parameter, type Tensor, type Weights } from "./tensor.ts";

export interface NetworkOptions extends ExecutorOptions, OpenOptions {
  /** Default: `auto`, the best available. */
  readonly backend?: Backend;
  /**
   * In pixels. Default: the model's own size. If each image decides the size, it is what larger images are shrunk to fit
   * into (`centerface`), or refused.
   */
  readonly inputSize?: InputSize;
  /**
   * Called while weights are downloaded and then while they are read, with the bytes so far and their total; either
   * starts at 0. The total of a download is infinite if the server does not tell it, or compresses what it sends.
   */
  readonly onProgress?: (readBytes: number, allBytes: number, phase: "download" | "read") => void;
  /** False runs every op separately, so that each can be tapped. Default true. */
  readonly fuse?: boolean;
  /** Stops loading while weights are read or `wasm` lays them out. Later calls take their own signals. */
  readonly signal?: AbortSignal;
}

/** The parts of a network. */
export interface NetworkParts {
  readonly model: Model;
  /** If each image decides the size: absent, or what larger images are shrunk to fit into. */
  readonly inputSize?: InputSize;
  /** Emptied while the plan takes them over, unless they are needed again. */
  readonly weights: Map<string, Parameter>;
  /** Whether the network owns the arrays and may free them. Default false. */
  readonly ownsWeights?: boolean;
  readonly executor: Executor;
  readonly fuse: boolean;
  /** Reads the weights again, which the first plan has emptied, for a run that is fused otherwise. Default: no such runs. */
  readonly readAgain?: ReadAgain;
  /** Reads single parameters again, for whoever looks at them. Default: only while the network still holds them. */
  readonly readSome?: ReadSome;
  readonly notes: readonly string[];
  readonly signal?: AbortSignal;
}

export interface ProfileOptions {
  /** Of which each layer's fastest counts. Default: 5. */
  readonly runs?: number;
  readonly signal?: AbortSignal;
}

const DEFAULT_RUNS = 5;

/** Where a network's time goes. */
export interface Profile extends GraphProfile {
  readonly model: string;
  readonly backend: string;
  readonly backendDetails: BackendDetails;
  /** Whether bias, sum, activation and batch norm ran as part of their convolution. */
  readonly fused: boolean;
  /** The fastest of as many ordinary runs, reading the outputs included. */
  readonly untimedMilliseconds: number;
}

export interface NetworkRunOptions extends RunOptions {
  /** Whether this run fuses layers. Default: as the network was loaded. */
  readonly fuse?: boolean;
}

export class Network {
  readonly model: Model;
  /**
   * The size it was loaded for. If each image decides the size, a typical one, which describes the model, or the one that
   * larger images are shrunk to fit into; `run` then takes the size of its inputs.
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
  private readonly ownsWeights: boolean;
  private readonly readAgain?: ReadAgain;
  private readonly readSome?: ReadSome;
  private readonly plans: PlansBySize;
  private disposed = false;

  /** @throws as `loadNetwork`. */
  static async open({ inputSize, ...parts }: NetworkParts): Promise<Network> {
    const size = inputSize ?? parts.model.defaultSize;
    const network = new Network(parts, size);
    const { weights, signal } = parts;
    if (inputSize && !parts.model.sizedByImage)
      await network.prepare({ ...size, fused: parts.fuse }, async () => weights, signal);
    return network;
  }

  private constructor(parts: NetworkParts, size: InputSize) {
    const { model, weights, executor } = parts;
    this.model = model;
    this.inputSize = size;
    this.executor = executor;
    this.fused = parts.fuse;
    this.notes = parts.notes;
    this.ownsWeights = parts.ownsWeights ?? false;
    this.readAgain = parts.readAgain;
    this.readSome = parts.readSome;
    this.constants = new Map([...model.constants(size).keys()].map((name) => [name, stored(name, weights)]));
    this.weights = model.sizedByImage ? weights : this.constants;
    this.plans = new PlansBySize(executor, ({ fused, ...size }) => this.graphAt(size, fused));
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
    return this.graphOf(this.fused);
  }

  /** The graph with layers fused, or with each op alone, at the size of the last such run. */
  graphOf(fused: boolean): Graph {
    return this.plans.latestGraph(fused) ?? this.graphAt(this.inputSize, fused);
  }

  /**
   * What a layer computes with, by role (`kernel`, `bias`, `gamma`), as it reads them: batch norms folded if it is fused.
   * They are read from where the weights were loaded, because backends keep them in forms of their own.
   *
   * @throws UsageError for an unknown layer, or a network whose weights cannot be read again.
   * @throws ModelError if the weights cannot be read any more.
   */
  async parametersOf(layer: string, fused = this.fused): Promise<Readonly<Record<string, Parameter>>> {
    const graph = this.graphOf(fused);
    const node = graph.nodes.find(({ name }) => name === layer);
    if (!node) {
      const names = graph.nodes.map(({ name }) => name);
      throw new UsageError(
        unknownName({ where: "network.parametersOf", expected: "a layer's name", name: layer, names }),
      );
    }
    const sources = Object.values(node.parameters).flatMap((name) =>
      graph.derived[name] ? derivedFrom(graph.derived[name]) : [name],
    );
    const weights = await this.storedParameters([...new Set(sources)]);
    const parameters: Record<string, Parameter> = {};
    for (const [role, name] of Object.entries(node.parameters)) {
      parameters[role] = await parameterOf(graph, name, async (source) => stored(source, weights));
    }
    return parameters;
  }

  private async storedParameters(names: readonly string[]): Promise<Weights> {
    if (names.every((name) => this.weights.has(name))) return this.weights;
    if (this.readSome) return this.readSome(names);
    throw new UsageError({
      where: "network.parametersOf",
      expected: "weights that can be read again",
      got: "a network made of numbers in memory, which its backend has taken over",
    });
  }

  /** @throws MemoryError if the backend knows that this size does not fit in memory. */
  checkMemory({ height, width }: InputSize, fused = this.fused): void {
    const size = { height, width, fused };
    if (!this.plans.graphFor(size)) this.executor.checkMemory?.(this.graphAt(size, fused));
  }

  /** What one run at this size computes and holds. `bytes` is absent if the backend does not know it. */
  demandsAt(size: InputSize): { readonly multiplyAdds: number; readonly bytes?: number } {
    const { height, width } = size;
    const graph = this.plans.graphFor({ height, width, fused: this.fused }) ?? this.graphAt(size);
    return {
      multiplyAdds: multiplyAddsIn(graph),
      bytes: this.executor.planBytes?.(graph),
    };
  }

  /** Multiply-adds per millisecond, measured on this backend: see `measureSpeed`. */
  measureSpeed(): Promise<number> {
    return measureSpeed(this.executor);
  }

  /**
   * Runs the network at the size of its inputs. If the network is not prepared for that size, which only happens
   * with models sized by the image, or not for `fuse`, it is prepared first; such calls must not overlap with others.
   * Plans are kept while they take at most 768 MiB together. Otherwise there is only one at a time, and the weights are
   * read again for each, from where they were loaded.
   *
   * @throws ModelError if a layer outputs a number that is not finite; the error names the first such layer.
   * @throws BackendError if all outputs are zero.
   * @throws the signal's reason once it is aborted, also while the network is prepared.
   */
  async run(
    inputs: Readonly<Record<string, Tensor>>,
    { fuse = this.fused, ...options }: NetworkRunOptions = {},
  ): Promise<RunResult> {
    const plan = await this.planFor(inputs, fuse, options.signal);
    const result = await plan.run(inputs, options);
    if (result.peaks) return result;
    const { finite, zero } = result.findings ?? findingsIn(Object.values(result.outputs));
    if (!finite) throw await this.notFinite(plan, this.graphOf(fuse), inputs);
    if (zero) {
      throw new BackendError({
        where: `backend ${this.backend}`,
        expected: "the maps of the network",
        got: "zeros everywhere",
        hint: "Its driver failed silently: choose another backend.",
      });
    }
    return result;
  }

  /** @throws BackendError if the backend cannot time its layers. */
  checkProfile(): void {
    if (!this.executor.timesLayers) throw cannotTime(this.backend);
  }

  /**
   * Times every layer over several runs at the size of its inputs, and whole runs beside them.
   *
   * @throws BackendError if the backend cannot time its layers, before anything runs.
   * @throws the signal's reason once it is aborted.
   */
  async profile(
    inputs: Readonly<Record<string, Tensor>>,
    { runs = DEFAULT_RUNS, signal }: ProfileOptions = {},
  ): Promise<Profile> {
    this.checkProfile();
    const plan = await this.planFor(inputs, this.fused, signal);
    const { backend, backendDetails, fused } = this;
    const { timed, untimed } = await timePlan(plan, inputs, { runs, signal, backend });
    const profile = graphProfile(this.graph, timed);
    return {
      model: this.model.name,
      backend,
      backendDetails,
      fused,
      ...profile,
      untimedMilliseconds: untimed,
    };
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    await this.executor.dispose();
  }

  private async planFor(
    inputs: Readonly<Record<string, Tensor>>,
    fused: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Plan> {
    if (this.disposed) {
      const fault = { where: "network.run", expected: "a network in use", got: "one that was disposed of" };
      throw new UsageError(fault);
    }
    const [image] = Object.values(inputs);
    if (this.model.sizedByImage) {
      const [, height, width] = image?.shape ?? [1, this.inputSize.height, this.inputSize.width];
      return this.plans.planFor({ height, width, fused }, async () => this.weights, { signal });
    }
    const { height, width } = this.inputSize;
    const size = { height, width, fused };
    return this.prepare(size, this.plans.graphFor(size) ? undefined : await this.openAgain(signal), signal);
  }

  /** The plan, which takes over the weights that `read` returns. `read` is absent if the plan is kept. */
  private prepare(
    size: InputSize & { readonly fused: boolean },
    read: (() => Promise<Map<string, Parameter>>) | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Plan> {
    let weights = new Map<string, Parameter>();
    const onWritten = (name: string) => {
      const written = weights.get(name);
      weights.delete(name);
      if (written && this.ownsWeights && !this.constants.has(name)) releaseMemory(written.data);
    };
    const take = async () => {
      if (read) weights = await read();
      return weights;
    };
    return this.plans.planFor(size, take, { onWritten, signal });
  }

  private openAgain(signal: AbortSignal | undefined): Promise<() => Promise<Map<string, Parameter>>> {
    if (this.readAgain) return this.readAgain(signal);
    throw new UsageError({
      where: "network.run",
      expected: `fuse: ${this.fused}`,
      got: `${!this.fused}`,
      hint: "This network cannot read its weights again: load it as it is to run.",
    });
  }

  private graphAt(size: InputSize, fused = this.fused): Graph {
    return runnable(this.model.graph(size, this.constants), fused);
  }

  /** Finds the first faulty layer by running again with every layer tapped. */
  private async notFinite(
    plan: Plan,
    graph: Graph,
    inputs: Readonly<Record<string, Tensor>>,
  ): Promise<ModelError> {
    const names = graph.nodes.map((node) => node.name);
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

function findingsIn(maps: readonly Tensor[]): Findings {
  return {
    finite: maps.every(({ data }) => allFinite(data)),
    zero: maps.every(({ data }) => data.every((value) => value === 0)),
  };
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
  const onDownload = onProgress && ((received: number, all: number) => onProgress(received, all, "download"));
  // Threads start and shaders compile while weights are opened and read. Of all this, threads take longest in a page.
  const starting = createExecutor(options.backend, options);
  starting.catch(() => {}); // Reported below; an error in the weights takes precedence.
  const opening = openModelWeights(name, { ...options, onDownload });
  try {
    const { model, checkpoint, notes } = await opening;
    const inputSize = chosenSize(model, options.inputSize);
    const weights = await readWeights(checkpoint, model, inputSize, {
      onProgress: onProgress && ((read, all) => onProgress(read, all, "read")),
      signal,
    });
    const executor = await starting;
    signal?.throwIfAborted();
    const fuse = options.fuse ?? true;
    // A checkpoint that the caller opened or made may keep the arrays that it returns.
    const ownsWeights = !isCheckpoint(options.weights);
    const open = async () => (await openModelWeights(name, options)).checkpoint;
    const again = readAgain(open, { model, size: inputSize, first: weights });
    const parts = { model, inputSize, weights, ownsWeights, executor, fuse, notes, signal };
    return await Network.open({ ...parts, readAgain: again, readSome: readSome(open, ownsWeights) });
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
  const { largestImage } = model;
  if (!wanted) return largestImage;
  if (largestImage) return checkedLimit(wanted, model);
  throw new UsageError({
    where: `input size of ${model.name}`,
    expected: "none: each image decides it",
    got: `${wanted.width}x${wanted.height}`,
    hint: sizeHint(model),
  });
}

/** @throws UsageError for anything but whole numbers of pixels. */
function checkedLimit(size: InputSize, model: Model): InputSize {
  const { width, height } = size;
  if ([width, height].every((side) => Number.isInteger(side) && side >= 1)) return size;
  const expected = "whole numbers of pixels";
  throw new UsageError({ where: `input size of ${model.name}`, expected, got: `${width}x${height}` });
}

function sizeHint({ testTimeOptions, resizer }: Model): string | undefined {
  if (testTimeOptions?.includes("scales")) return "Choose the option scales instead.";
  return resizer && `Its pipeline.config says so: ${resizer}.`;
}

/**
 * The graph that runs in place of a model's: with `fuse`, batch norms are folded, and bias, sum and activation are part of
 * their convolution. No weights are needed.
 */
export function runnable(graph: Graph, fuse: boolean): Graph {
  return fuse ? fuseEpilogues(foldBatchNorm(graph, OPS), OPS) : graph;
}
