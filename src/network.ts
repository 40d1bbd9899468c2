/** A model with its weights on a backend, ready to run: maps in, maps out. */
import { cachedArchive, findWeights, packagedWeights } from "#platform";
import type { BackendDetails } from "./backend/backendDetails.ts";
import type { Executor, Plan, PrepareOptions, RunOptions, RunResult } from "./backend/executor.ts";
import type { Checkpoint } from "./checkpoints/checkpoint.ts";
import {
  checkParameters,
  type KnownModels,
  loadParameters,
  type ParameterShapes,
} from "./checkpoints/loadParameters.ts";
import { type HourglassFacts, hourglassOfVariables } from "./checkpoints/names/hourglassOfVariables.ts";
import { nameParameters } from "./checkpoints/names/nameParameters.ts";
import { openCheckpoint, openStoredWeights } from "./checkpoints/openCheckpoint.ts";
import type { LabelMap } from "./checkpoints/pipelineConfig/labelMap.ts";
import { BackendError, CenterNetError, ModelError, systemMessage, UsageError } from "./errors.ts";
import { type Backend, createExecutor, type ExecutorOptions } from "./executors/backends.ts";
import { stored } from "./graph/derivedParameter.ts";
import type { Graph } from "./graph/graph.ts";
import { foldBatchNorm } from "./graph/passes/foldBatchNorm.ts";
import { fuseEpilogues } from "./graph/passes/fuseEpilogues.ts";
import { OPS } from "./kernels/ops.ts";
import { renamedFileNotes } from "./loading/modelOfCheckpoint.ts";
import { zooNotes, zooSpec } from "./loading/zooSpec.ts";
import { checkInputSize, type InputSize, type Model } from "./models/model.ts";
import { DEFAULT_MODEL, MODELS, modelNamed } from "./models/models.ts";
import { OBJECTS_AS_POINTS, objectsAsPointsModelOf } from "./models/objectsAsPoints/objectsAsPoints.ts";
import { tripletModelOf, UNPUBLISHED_TRIPLETS } from "./models/triplets/triplet.ts";
import { zooModel } from "./models/zoo/zooModel.ts";
import { blobWeights } from "./platform/blobWeights.ts";
import { releaseMemory } from "./support/releaseMemory.ts";
import { allFinite, type Parameter, type Tensor, type Weights } from "./tensor.ts";

/** A path or URL, the bytes of a file that stands alone, a `File` or other `Blob`, or an opened checkpoint. */
export type WeightsSource = string | URL | Uint8Array | ArrayBuffer | Blob | Checkpoint;

export interface NetworkOptions extends ExecutorOptions {
  /** Default: `auto`, the best that the machine has. */
  readonly backend?: Backend;
  /**
   * safetensors, a TensorFlow.js model.json, a checkpoint of TensorFlow (its tar.gz, folder or prefix), or a
   * file of PyTorch's torch.save.
   * Default: what ships with this package, or an archive that was pulled.
   */
  readonly weights?: WeightsSource;
  /** In pixels; default: the model's own. */
  readonly inputSize?: InputSize;
  /** Takes the place of the label map that a zoo checkpoint has, or of COCO's. */
  readonly labelMap?: LabelMap;
  /** Called while weights are read, with the bytes so far, of all that there are. */
  readonly onProgress?: (readBytes: number, allBytes: number) => void;
  /** False runs every op by itself, so that each can be tapped. Default: true. */
  readonly fuse?: boolean;
  /** Ends the loading, while weights are read or `wasm` lays them out. Later calls take signals of their own. */
  readonly signal?: AbortSignal;
}

/** What a network is made of. */
interface NetworkParts {
  readonly model: Model;
  /** Absent where images decide it. */
  readonly inputSize?: InputSize;
  /** Emptied while they are brought into the plan, unless they are needed again. */
  readonly weights: Map<string, Parameter>;
  /** Whether nobody else has their numbers. Default: false. */
  readonly ownsWeights?: boolean;
  readonly executor: Executor;
  readonly fuse: boolean;
  readonly notes: readonly string[];
  readonly signal?: AbortSignal;
}

export class Network {
  readonly model: Model;
  /** Of what it was loaded for; where images decide it, the size that describes the model. */
  readonly inputSize: InputSize;
  /** What the checkpoint holds beside the layers' parameters. */
  readonly constants: Weights;
  /** What a user should know about the weights: where a file's name contradicts what it holds. */
  readonly notes: readonly string[];
  private readonly executor: Executor;
  private readonly fuse: boolean;
  /** All of them where the network is prepared for ever new sizes; else the plan alone has them. */
  private readonly weights: Weights;
  /** For the size of the last run: a second plan beside it might take gigabytes. */
  private prepared?: { readonly size: InputSize; readonly graph: Graph; readonly plan: Plan };
  /** Whether the executor may still hold memory of an earlier plan, or of one whose preparation failed. */
  private holdsMemory = false;
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
    if (inputSize) await network.prepare(size, parts.weights, { onWritten, signal: parts.signal });
    return network;
  }

  private constructor({ model, weights, executor, fuse, notes }: NetworkParts, size: InputSize) {
    this.model = model;
    this.inputSize = size;
    this.executor = executor;
    this.fuse = fuse;
    this.notes = notes;
    this.constants = new Map([...model.constants(size).keys()].map((name) => [name, stored(name, weights)]));
    this.weights = model.sizedByImage ? weights : this.constants;
  }

  get backend(): string {
    return this.executor.backend;
  }

  get backendDetails(): BackendDetails {
    return this.executor.details;
  }

  /** Whether inputs that images give are best left to the backend. */
  get samplesImages(): boolean {
    return this.executor.samplesImages ?? false;
  }

  /** As it runs: fused, unless that was switched off; at the size that it is prepared for. */
  get graph(): Graph {
    return this.prepared?.graph ?? this.graphAt(this.inputSize);
  }

  /** @throws MemoryError where the backend knows that it has not the memory for this size. */
  checkMemory(size: InputSize): void {
    if (!this.isPreparedFor(size)) this.executor.checkMemory?.(this.graphAt(size));
  }

  /**
   * Runs the network at the size of its inputs. Where that differs from the last run's, which only models
   * allow whose images decide it, the network is prepared anew; such calls must not overlap.
   *
   * @throws ModelError where a layer gives a number that is not finite, naming the first.
   * @throws BackendError where everything is zero.
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
        hint: "Its driver gave up in silence: choose another backend.",
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
    if (this.prepared && !this.model.sizedByImage) return this.prepared.plan;
    const [image] = Object.values(inputs);
    const size = image ? { height: image.shape[1], width: image.shape[2] } : this.inputSize;
    if (this.prepared && this.isPreparedFor(size)) return this.prepared.plan;
    return this.prepare(size, this.weights, { signal });
  }

  /** The last plan goes first, so that there are never two of them in memory. */
  private async prepare(size: InputSize, weights: Weights, options: PrepareOptions): Promise<Plan> {
    const last = this.prepared;
    this.prepared = undefined;
    await last?.plan.dispose();
    if (this.holdsMemory) await this.executor.releasePlans?.();
    this.holdsMemory = true;
    const graph = this.graphAt(size);
    const plan = await this.executor.prepare(graph, weights, options);
    this.prepared = { size, graph, plan };
    return plan;
  }

  private graphAt(size: InputSize): Graph {
    return runnable(this.model.graph(size, this.constants), this.fuse);
  }

  private isPreparedFor({ height, width }: InputSize): boolean {
    return this.prepared?.size.height === height && this.prepared.size.width === width;
  }

  /** Finds the first layer at fault, by running once more with every layer tapped. */
  private async notFinite(plan: Plan, inputs: Readonly<Record<string, Tensor>>): Promise<ModelError> {
    const names = this.graph.nodes.map((node) => node.name);
    const { taps } = await plan.run(inputs, { taps: names });
    const first = names.find((name) => !taps[name].data.every(Number.isFinite)) ?? "output";
    return new ModelError({
      where: `layer ${first} of ${this.model.name}`,
      expected: "finite numbers",
      got: `${taps[first]?.data.find((value) => !Number.isFinite(value))}`,
      hint: "The weights or the input hold numbers that float32 cannot carry.",
    });
  }
}

/**
 * Without a name, the weights decide, and without weights the default model is taken.
 *
 * @throws ModelError for an unknown name, or weights that cannot be read or do not fit, with every difference.
 * @throws BackendError where the backend does not work on this machine.
 * @throws UsageError for an input size that the model cannot take.
 * @throws the signal's reason once it is aborted.
 */
export async function loadNetwork(name: string | undefined, options: NetworkOptions = {}): Promise<Network> {
  const { signal, onProgress } = options;
  signal?.throwIfAborted();
  const opening = openModel(name, options);
  // Threads start and shaders compile while weights are opened and read.
  const starting = createExecutor(options.backend, options);
  starting.catch(() => {}); // It is told below, after what is wrong with the weights.
  try {
    const { model, checkpoint, notes } = await opening;
    const inputSize = chosenSize(model, options.inputSize);
    const weights = await readWeights(checkpoint, model, inputSize, { onProgress, signal });
    const executor = await starting;
    signal?.throwIfAborted();
    const fuse = options.fuse ?? true;
    // A checkpoint that the caller opened, or made, may keep what it hands out.
    const ownsWeights = !isCheckpoint(options.weights);
    const parts = { model, inputSize, weights, ownsWeights, executor, fuse, notes, signal };
    return await Network.open(parts);
  } catch (error) {
    await starting.then((executor) => executor.dispose()).catch(() => {});
    throw error;
  }
}

/** A model and its weights, of which no number is read yet. */
export interface OpenedModel {
  readonly model: Model;
  /** Under this project's parameter names. */
  readonly checkpoint: Checkpoint;
  readonly notes: readonly string[];
}

/**
 * Without a name, the weights decide which model it is, and without weights the default model is taken.
 *
 * @throws ModelError for an unknown name, or weights that cannot be opened or are those of another model.
 */
export async function openModel(
  name: string | undefined,
  { weights, labelMap }: Pick<NetworkOptions, "weights" | "labelMap"> = {},
): Promise<OpenedModel> {
  const wanted = name === undefined ? undefined : modelNamed(name);
  const checkpoint = await openWeights(wanted, weights);
  // A pulled archive was chosen by its name, which is no promise: what it holds decides, and is told.
  return { checkpoint, ...checkpointModel(checkpoint, wanted, labelMap, weights === undefined) };
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
    hint: model.testTimeOptions?.includes("scales") ? "Choose scales instead." : undefined,
  });
}

/** @throws ModelError where a checkpoint does not hold exactly a model's weights, by their names and shapes. */
export async function checkWeights(
  checkpoint: Checkpoint,
  model: Model,
  size: InputSize = model.defaultSize,
): Promise<void> {
  await checkParameters(parameterShapes(model, size), checkpoint, { model: model.name, knownModels });
}

/** All of a model's weights, strictly. */
export function readWeights(
  checkpoint: Checkpoint,
  model: Model,
  size: InputSize = model.defaultSize,
  options: Pick<NetworkOptions, "onProgress" | "signal"> = {},
): Promise<Map<string, Parameter>> {
  return loadParameters(parameterShapes(model, size), checkpoint, {
    model: model.name,
    knownModels,
    ...options,
  });
}

/**
 * The model that a checkpoint holds: a zoo checkpoint's `pipeline.config` decides, else the name that was
 * asked for, else what the file says of itself. `mayDiffer` turns a contradicted name into a note.
 *
 * @throws ModelError where the one contradicts the other, or nothing says what it is.
 */
export function checkpointModel(
  checkpoint: Checkpoint,
  wanted?: Model,
  labelMap?: LabelMap,
  mayDiffer = false,
): { model: Model; notes: readonly string[] } {
  const spec = zooSpec(checkpoint, labelMap);
  if (!spec) {
    if (labelMap) {
      throw new UsageError({
        where: "label map",
        expected: "weights of a zoo model with their pipeline.config",
        got: `a ${checkpoint.format} file without one`,
      });
    }
    if (wanted) return { model: wanted, notes: [] };
    const triplets = tripletFacts(checkpoint);
    if (triplets) return named(checkpoint, tripletModelOf(triplets));
    const points = checkpoint.hourglass?.family === "points" && objectsAsPointsModelOf(checkpoint.hourglass);
    if (points) return named(checkpoint, points);
    if (checkpoint.model !== undefined) return { model: modelNamed(checkpoint.model), notes: [] };
    throw untold(checkpoint);
  }
  if (wanted && wanted.name !== spec.name && !mayDiffer) {
    throw new ModelError({
      where: checkpoint.where,
      expected: `a checkpoint of ${wanted.name}`,
      got: `one of ${spec.name}, by its pipeline.config`,
      hint: `Ask for ${spec.name}, or for none with --weights, and the checkpoint decides.`,
    });
  }
  const other =
    wanted && wanted.name !== spec.name
      ? [`${checkpoint.where} holds ${spec.name}, by its pipeline.config`]
      : [];
  return {
    model: zooModel(spec),
    notes: [...other, ...renamedFileNotes(checkpoint.where, spec.name), ...zooNotes(checkpoint, spec)],
  };
}

/** Of weights that do not tell their model, or one that has no row. */
function untold({ where, format, zoo, hourglass }: Checkpoint): ModelError {
  if (hourglass?.family === "points") {
    const expected = `objects as points on the hourglass of ${OBJECTS_AS_POINTS.map(({ name }) => name).join(" or ")}`;
    return new ModelError({ where, expected, got: "variables of another size or number of heads" });
  }
  const backbone = zoo?.backbone;
  return new ModelError({
    where,
    expected: backbone ? "a pipeline.config beside the checkpoint" : "weights of a model known here",
    got: backbone ? `variables of ${backbone} alone` : `a ${format} file that does not say its model`,
    hint: "Say which model they are for (detect and convert: with --model).",
  });
}

function named({ where }: Checkpoint, model: Model): { model: Model; notes: readonly string[] } {
  return { model, notes: renamedFileNotes(where, model.name) };
}

/** A network of triplets that its variables tell, since no name does. */
function tripletFacts({ hourglass, model, variables }: Checkpoint): HourglassFacts | undefined {
  const facts = model === UNPUBLISHED_TRIPLETS ? hourglassOfVariables("triplets", variables) : hourglass;
  return facts?.family === "triplets" ? facts : undefined;
}

/** Batch norms folded, bias, sum and activation in their convolution; or as the model declares it. */
export function runnable(graph: Graph, fuse: boolean): Graph {
  return fuse ? fuseEpilogues(foldBatchNorm(graph, OPS), OPS) : graph;
}

/** All that the weights of a model must hold. */
export function parameterShapes(model: Model, size: InputSize = model.defaultSize): ParameterShapes {
  const layers = Object.entries(model.graph(size).parameters).map(
    ([name, { shape }]) => [name, shape] as const,
  );
  return new Map([...model.constants(size), ...layers]);
}

/** For those who open a file without knowing whose it is. */
const knownModels: KnownModels = new Map(MODELS.map((model) => [model.name, () => parameterShapes(model)]));

/** Under this project's parameter names, which also tells the model of a file that does not say it. */
async function openWeights(model: Model | undefined, source: WeightsSource | undefined): Promise<Checkpoint> {
  const name = model?.name ?? DEFAULT_MODEL;
  const pulled = source === undefined && model?.hasArchive ? await cachedArchive(name) : undefined;
  const chosen = source ?? pulled ?? packagedWeights(`${name}.safetensors`);
  const hint = source === undefined ? model?.weightsHint : undefined;
  return nameParameters(await openWeightsFile(chosen, hint));
}

/**
 * A file of weights as it is: variables under the names that the file gives them.
 *
 * @throws ModelError where it cannot be read or is none; its hint is for a file that is missing.
 */
export async function openWeightsFile(source: WeightsSource, hint = "Check the path."): Promise<Checkpoint> {
  if (source instanceof Uint8Array) return openCheckpoint({ where: "weights", bytes: source });
  if (source instanceof ArrayBuffer) {
    return openCheckpoint({ where: "weights", bytes: new Uint8Array(source) });
  }
  if (source instanceof Blob) return openStoredWeights(await blobWeights(source, nameOf(source)));
  if (isCheckpoint(source)) return source;
  const where = source.toString();
  try {
    return await openStoredWeights(await findWeights(source));
  } catch (error) {
    if (error instanceof CenterNetError) throw error;
    const got = systemMessage(error);
    throw new ModelError({ where, expected: "a file of weights", got, hint }, { cause: error });
  }
}

function isCheckpoint(source: WeightsSource | undefined): source is Checkpoint {
  return typeof source === "object" && "variables" in source;
}

/** A file that the user of a page chose has one. */
function nameOf(blob: Blob): string {
  return "name" in blob && typeof blob.name === "string" ? blob.name : "weights";
}
