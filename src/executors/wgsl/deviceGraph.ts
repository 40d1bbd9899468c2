import type { LayerTimes } from "../../backend/layerTimes.ts";
import type { PeakAnswer, PeakQuery } from "../../backend/peakQuery.ts";
import { isSampledImage } from "../../backend/sampledImage.ts";
import type { Graph } from "../../graph/graph.ts";
import { BYTES_PER_VECTOR, mapVectors, type WgslOperand } from "../../kernels/wgsl/kernel.ts";
import type { Shape, Tensor, Weights } from "../../tensor.ts";
import { nodeParameters } from "../preparedNode.ts";
import { batchesWithin, type TapSink } from "../tapSink.ts";
import type { BufferLayout, DeviceNode } from "./bufferLayout.ts";
import { checkedAllocation, untilLost, wgslError } from "./device/deviceErrors.ts";
import type { OpenDevice } from "./device/openDevice.ts";
import { type BoundDispatch, encodeDispatch, Pipelines } from "./device/pipelines.ts";
import { Readback } from "./device/readback.ts";
import { type GpuBuffer, type GpuCommandBuffer, type GpuCommandEncoder, USAGE } from "./device/webgpu.ts";
import { ImageSampler } from "./imageSampler.ts";
import { PeakFinder } from "./peaks/peakFinder.ts";
import type { DeviceMap } from "./peaks/peakRecords.ts";
import { timeLayers } from "./timeLayers.ts";
import { ConstantUpload, fromVectors, toVectors } from "./uploadConstants.ts";

/** Called while shaders compile and weights upload, after each layer that is ready. */
export type PrepareProgress = (readyLayers: number, allLayers: number) => void;

/** Results of a run. */
export interface DeviceResult {
  /** By node: the outputs, unless `peaks` replaces them. */
  readonly values: ReadonlyMap<string, Tensor>;
  /** Set if the query could be answered on the device. */
  readonly peaks?: PeakAnswer;
}

/** A layer with its dispatches bound to the plan's buffers. */
interface BoundLayer {
  readonly name: string;
  readonly dispatches: readonly BoundDispatch[];
}

/** Layers that run before something is read back. */
interface Stretch {
  readonly layers: readonly BoundLayer[];
  /** The names of those that are tapped. */
  readonly taps: readonly string[];
}

/** What one stretch executes beside its layers, and what it reads back. */
interface Recording {
  /** Of inputs whose image is sampled on the device, before the layers. */
  readonly samplers: Iterable<ImageSampler>;
  readonly layers: readonly BoundLayer[];
  readonly taps?: Readback;
  /** After the layers. */
  readonly ending?: Ending;
}

/** The end of a run: peaks are searched and read back if there is a search, else the outputs are read back. */
interface Ending {
  readonly search?: { readonly finder: PeakFinder; readonly query: PeakQuery };
}

/**
 * Taps are read back in batches of this size, or of one larger map: reading waits for the device, and all taps at once
 * might take gigabytes.
 */
const MAX_BATCH_BYTES = 16 * 2 ** 20;

/** A graph on a device: buffers, weights and pipelines. Valid until `destroy`, or until the device is lost. */
export class DeviceGraph {
  /** For the last run's query. */
  private finder?: PeakFinder;
  /** By graph input. */
  private readonly samplers = new Map<string, ImageSampler>();

  private constructor(
    readonly open: OpenDevice,
    private readonly graph: Graph,
    private readonly layout: BufferLayout,
    private readonly buffers: readonly GpuBuffer[],
    private readonly constants: readonly GpuBuffer[],
    private readonly layers: readonly BoundLayer[],
    private readonly outputs: Readback,
  ) {}

  /**
   * Compiles all shaders while the weights upload, layer by layer.
   *
   * @throws MemoryError if the device has too little memory.
   * @throws BackendError if the device is lost or refuses a shader.
   * @throws ModelError if a parameter is missing or its shape differs from the graph's.
   */
  static async create(
    open: OpenDevice,
    graph: Graph,
    layout: BufferLayout,
    weights: Weights,
    onProgress: PrepareProgress = () => {},
  ): Promise<DeviceGraph> {
    const { device } = open;
    const pipelines = Pipelines.of(device);
    const buffers: GpuBuffer[] = [];
    const constants: GpuBuffer[] = [];
    const bytes = layout.constantBytes + layout.bufferBytes.reduce((sum, size) => sum + size, 0);
    try {
      return await checkedAllocation(open, bytes, async () => {
        for (const { kernel } of layout.nodes) {
          for (const { code } of kernel.dispatches) pipelines.compile(code);
        }
        const usage = USAGE.storage | USAGE.copySource | USAGE.copyDestination;
        buffers.push(...layout.bufferBytes.map((size) => device.createBuffer({ size, usage })));
        const upload = new ConstantUpload(device, pipelines);
        const layers: BoundLayer[] = [];
        for (const placed of layout.nodes) {
          const entries = Object.entries(nodeParameters(graph, placed.node, weights));
          const parameters = Object.fromEntries(entries.map(([role, { data }]) => [role, data]));
          const first = constants.length;
          for (const constant of placed.kernel.constants) {
            constants.push(await upload.upload(constant, parameters));
          }
          const own = constants.slice(first);
          const bufferOf = (operand: WgslOperand) => operandBuffer(operand, placed, buffers, own);
          const dispatches = await Promise.all(
            placed.kernel.dispatches.map((dispatch) => pipelines.bind(dispatch, bufferOf)),
          );
          layers.push({ name: placed.node.name, dispatches });
          onProgress(layers.length, layout.nodes.length);
        }
        const outputs = new Readback(device, mapSizes(layout, Object.values(graph.outputs)));
        return new DeviceGraph(open, graph, layout, buffers, constants, layers, outputs);
      });
    } catch (error) {
      for (const buffer of [...buffers, ...constants]) buffer.destroy();
      throw error;
    }
  }

  /**
   * Runs the needed nodes and passes each tap to `taps` as soon as it is read back. Reads back the answer to `query`; or
   * the outputs, if there is no query or the device cannot answer it.
   *
   * @throws BackendError if the device is lost or refuses a command.
   * @throws what `taps` throws.
   */
  async run(
    inputs: Readonly<Record<string, Tensor>>,
    needed: ReadonlySet<string>,
    taps: TapSink,
    query?: PeakQuery,
  ): Promise<DeviceResult> {
    const finder = query && (await untilLost(this.open, this.finderFor(query)));
    const samplers = await untilLost(this.open, this.samplersFor(inputs));
    const stretches = this.stretches(needed, taps.names);
    const last = stretches.length - 1;
    let result: DeviceResult | undefined;
    for (const [index, stretch] of stretches.entries()) {
      const ending = index === last ? { search: finder && query && { finder, query } } : undefined;
      const before = index === 0 ? { inputs, samplers } : undefined;
      result = await this.runStretch(stretch, taps, before, ending);
    }
    return result ?? { values: new Map() };
  }

  /**
   * Runs the needed nodes one by one, and times each.
   *
   * @throws BackendError if the device is lost or refuses a command.
   */
  async time(inputs: Readonly<Record<string, Tensor>>, needed: ReadonlySet<string>): Promise<LayerTimes> {
    const { device } = this.open;
    for (const name of Object.keys(this.graph.inputs)) {
      device.queue.writeBuffer(this.map(name), 0, toVectors(inputs[name]));
    }
    return timeLayers(
      this.open,
      this.layers.filter(({ name }) => needed.has(name)),
    );
  }

  destroy(): void {
    for (const buffer of [...this.buffers, ...this.constants]) buffer.destroy();
    this.outputs.destroy();
    this.finder?.destroy();
    for (const sampler of this.samplers.values()) sampler.destroy();
  }

  /** All but the last end with a tapped layer. */
  private stretches(needed: ReadonlySet<string>, taps: readonly string[]): Stretch[] {
    const layers = this.layers.filter(({ name }) => needed.has(name));
    const stretches: Stretch[] = [];
    let start = 0;
    const batches = batchesWithin(MAX_BATCH_BYTES, mapSizes(this.layout, taps));
    for (const batch of batches.slice(0, -1)) {
      const end = layers.findIndex(({ name }) => name === batch[batch.length - 1]) + 1;
      stretches.push({ layers: layers.slice(start, end), taps: batch });
      start = end;
    }
    return [...stretches, { layers: layers.slice(start), taps: batches.at(-1) ?? [] }];
  }

  /** `before` is set for the first stretch, `ending` for the last, whose results are returned. */
  private async runStretch(
    { layers, taps: names }: Stretch,
    taps: TapSink,
    before:
      | { inputs: Readonly<Record<string, Tensor>>; samplers: ReadonlyMap<string, ImageSampler> }
      | undefined,
    ending: Ending | undefined,
  ): Promise<DeviceResult | undefined> {
    const { device } = this.open;
    const readback = names.length > 0 ? new Readback(device, mapSizes(this.layout, names)) : undefined;
    try {
      device.pushErrorScope("validation");
      if (before) this.uploadInputs(before.inputs, before.samplers);
      const samplers = before?.samplers.values() ?? [];
      for (const commands of this.record({ samplers, layers, taps: readback, ending })) {
        device.queue.submit([commands]);
      }
      const { tapped, result } = await this.collect(readback, ending, device.popErrorScope());
      for (const [name, vectors] of tapped) await taps.take(name, fromVectors(this.shape(name), vectors));
      return result;
    } finally {
      this.outputs.release();
      readback?.destroy();
    }
  }

  private uploadInputs(
    inputs: Readonly<Record<string, Tensor>>,
    samplers: ReadonlyMap<string, ImageSampler>,
  ): void {
    const { queue } = this.open.device;
    for (const name of Object.keys(this.graph.inputs)) {
      if (!samplers.has(name)) queue.writeBuffer(this.map(name), 0, toVectors(inputs[name]));
    }
  }

  /**
   * Records samplers, layers and the ending. A new command buffer begins after `workPerSubmit`, and a tap is copied right
   * after its layer, before another value takes its buffer. Each command buffer is to be submitted as soon as it is
   * recorded.
   */
  private *record({ samplers, layers, taps, ending }: Recording): Generator<GpuCommandBuffer> {
    const { device, workPerSubmit } = this.open;
    let encoder = device.createCommandEncoder();
    let pass = encoder.beginComputePass();
    for (const sampler of samplers) sampler.encode(pass);
    let work = 0;
    for (const { name, dispatches } of layers) {
      for (const dispatch of dispatches) {
        encodeDispatch(pass, dispatch);
        work += dispatch.work;
      }
      const isTapped = taps?.has(name);
      if (!isTapped && work < workPerSubmit) continue;
      pass.end();
      if (isTapped) taps?.encodeCopy(encoder, name, this.map(name));
      if (work >= workPerSubmit) {
        yield encoder.finish();
        encoder = device.createCommandEncoder();
        work = 0;
      }
      pass = encoder.beginComputePass();
    }
    if (ending?.search) ending.search.finder.encode(pass, ending.search.query);
    pass.end();
    if (ending?.search) ending.search.finder.encodeCopy(encoder);
    else if (ending) this.encodeOutputs(encoder);
    yield encoder.finish();
  }

  /**
   * Reads back what a stretch submitted; the taps are valid until their buffers are unmapped. `refusal` resolves to the
   * device's validation error, if there was one.
   */
  private async collect(
    taps: Readback | undefined,
    ending: Ending | undefined,
    refusal: Promise<{ readonly message: string } | null>,
  ): Promise<{ tapped: ReadonlyMap<string, Float32Array>; result?: DeviceResult }> {
    const search = ending?.search;
    const outputs = ending && !search ? this.outputs.read() : undefined;
    const reading = Promise.all([taps?.read(), outputs, search?.finder.read()]);
    const [tapped = new Map<string, Float32Array>(), outputVectors, peaks] = await untilLost(
      this.open,
      reading,
    );
    const error = await untilLost(this.open, refusal);
    if (error) throw wgslError("the network to run", error.message);
    if (!ending) return { tapped };
    if (search && !peaks) return { tapped, result: { values: await this.readOutputs() } };
    return { tapped, result: { values: this.tensors(outputVectors ?? []), peaks } };
  }

  /** Uploads the sampled images. An image that the device has no room for is left out: the CPU samples it. */
  private async samplersFor(
    inputs: Readonly<Record<string, Tensor>>,
  ): Promise<ReadonlyMap<string, ImageSampler>> {
    const taken = new Map<string, ImageSampler>();
    for (const name of Object.keys(this.graph.inputs)) {
      const input = inputs[name];
      if (!isSampledImage(input)) continue;
      const sampler =
        this.samplers.get(name) ??
        new ImageSampler(this.open.device, { shape: this.shape(name), buffer: this.map(name) });
      this.samplers.set(name, sampler);
      if (await sampler.take(input.sampling)) taken.set(name, sampler);
    }
    return taken;
  }

  /** Undefined if the answer would be too long to read back. */
  private async finderFor(query: PeakQuery): Promise<PeakFinder | undefined> {
    if (this.finder?.canAnswer(query)) return this.finder;
    this.finder?.destroy();
    this.finder = undefined;
    const maps = Object.entries(this.graph.outputs).map(([output, name]): [string, DeviceMap] => {
      return [output, { shape: this.shape(name), buffer: this.map(name) }];
    });
    this.finder = await PeakFinder.create(this.open.device, query, new Map(maps));
    return this.finder;
  }

  /** The outputs of the last run, after the device failed to answer its query. */
  private async readOutputs(): Promise<ReadonlyMap<string, Tensor>> {
    const { device } = this.open;
    const encoder = device.createCommandEncoder();
    this.encodeOutputs(encoder);
    device.queue.submit([encoder.finish()]);
    return this.tensors(await untilLost(this.open, this.outputs.read()));
  }

  private encodeOutputs(encoder: GpuCommandEncoder): void {
    for (const name of this.outputs.names) this.outputs.encodeCopy(encoder, name, this.map(name));
  }

  private tensors(vectors: Iterable<readonly [string, Float32Array]>): ReadonlyMap<string, Tensor> {
    return new Map([...vectors].map(([name, data]) => [name, fromVectors(this.shape(name), data)]));
  }

  private map(name: string): GpuBuffer {
    return this.buffers[this.layout.maps.get(name) as number];
  }

  private shape(name: string): Shape {
    return this.layout.shapes.get(name) as Shape;
  }
}

/** Bytes of the named values, by name. */
function mapSizes({ shapes }: BufferLayout, names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(names.map((name) => [name, mapVectors(shapes.get(name) as Shape) * BYTES_PER_VECTOR]));
}

function operandBuffer(
  operand: WgslOperand,
  { inputs, residual, output, scratch }: DeviceNode,
  buffers: readonly GpuBuffer[],
  constants: readonly GpuBuffer[],
): GpuBuffer {
  if (operand === "output") return buffers[output];
  if (operand === "residual") return buffers[residual ?? output];
  const index = Number(/\d+$/.exec(operand));
  if (operand.startsWith("input")) return buffers[inputs[index]];
  return operand.startsWith("scratch") ? buffers[scratch[index]] : constants[index];
}
