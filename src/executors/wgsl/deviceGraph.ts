import type { PeakAnswer, PeakQuery } from "../../backend/peakQuery.ts";
import { isSampledImage } from "../../backend/sampledImage.ts";
import { BackendError, CenterNetError, MemoryError } from "../../errors.ts";
import type { Graph } from "../../graph/graph.ts";
import { BYTES_PER_VECTOR, mapVectors, type WgslOperand } from "../../kernels/wgsl/kernel.ts";
import type { Shape, Tensor, Weights } from "../../tensor.ts";
import { nodeParameters } from "../preparedNode.ts";
import { messageOf, type OpenDevice } from "./device/openDevice.ts";
import { type BoundDispatch, encodeDispatch, Pipelines } from "./device/pipelines.ts";
import { Readback } from "./device/readback.ts";
import { type GpuBuffer, type GpuCommandEncoder, USAGE } from "./device/webgpu.ts";
import { ImageSampler } from "./imageSampler.ts";
import type { DeviceMap } from "./peaks/gatheredMaps.ts";
import { PeakFinder } from "./peaks/peakFinder.ts";
import type { PlanLayout, PlannedNode } from "./planLayout.ts";
import { ConstantUpload, fromVectors, toVectors } from "./uploadConstants.ts";

/** Called while shaders compile and weights upload, with the layers that are ready, of all. */
export type PrepareProgress = (readyLayers: number, allLayers: number) => void;

interface BoundNode {
  readonly planned: PlannedNode;
  readonly dispatches: readonly BoundDispatch[];
}

/** What a run gives: values by node, and the peaks in place of the outputs where they tell enough. */
export interface DeviceResult {
  readonly values: ReadonlyMap<string, Tensor>;
  readonly peaks?: PeakAnswer;
}

/** A graph on a device: buffers, weights, pipelines. It lives as long as the device does, or until `destroy`. */
export class DeviceGraph {
  /** Of the last run's request. */
  private finder?: PeakFinder;
  /** By input that images were sampled into. */
  private readonly samplers = new Map<string, ImageSampler>();

  private constructor(
    readonly open: OpenDevice,
    private readonly graph: Graph,
    private readonly layout: PlanLayout,
    private readonly buffers: readonly GpuBuffer[],
    private readonly constants: readonly GpuBuffer[],
    private readonly nodes: readonly BoundNode[],
    private readonly outputs: Readback,
  ) {}

  /**
   * All shaders compile while the weights go up, layer by layer.
   *
   * @throws BackendError where the device has too little memory or refuses a shader.
   * @throws ModelError where a parameter is missing or has another shape than the graph needs.
   */
  static async create(
    open: OpenDevice,
    graph: Graph,
    layout: PlanLayout,
    weights: Weights,
    onProgress: PrepareProgress = () => {},
  ): Promise<DeviceGraph> {
    const { device } = open;
    const pipelines = new Pipelines(device);
    const made: GpuBuffer[] = [];
    try {
      return await guarded(open, layout, async () => {
        for (const { kernel } of layout.nodes) {
          for (const { code } of kernel.dispatches) pipelines.compile(code);
        }
        const usage = USAGE.storage | USAGE.copySource | USAGE.copyDestination;
        const buffers = layout.bufferBytes.map((size) => device.createBuffer({ size, usage }));
        made.push(...buffers);
        const upload = new ConstantUpload(device, pipelines);
        const constants: GpuBuffer[] = [];
        const nodes: BoundNode[] = [];
        for (const planned of layout.nodes) {
          const entries = Object.entries(nodeParameters(graph, planned.node, weights));
          const parameters = Object.fromEntries(entries.map(([role, { data }]) => [role, data]));
          const own: GpuBuffer[] = [];
          for (const constant of planned.kernel.constants) {
            const buffer = await upload.upload(constant, parameters);
            made.push(buffer);
            own.push(buffer);
          }
          constants.push(...own);
          const bufferOf = (operand: WgslOperand) => operandBuffer(operand, planned, buffers, own);
          const dispatches = await Promise.all(
            planned.kernel.dispatches.map((dispatch) => pipelines.bind(dispatch, bufferOf)),
          );
          nodes.push({ planned, dispatches });
          onProgress(nodes.length, layout.nodes.length);
        }
        const outputs = new Readback(device, mapSizes(layout, Object.values(graph.outputs)));
        return new DeviceGraph(open, graph, layout, buffers, constants, nodes, outputs);
      });
    } catch (error) {
      for (const buffer of made) buffer.destroy();
      throw error;
    }
  }

  /**
   * Runs the named nodes and reads back the taps and the outputs, or what is asked of them. A tap is copied as
   * soon as it is there, before its buffer goes to another value.
   *
   * @throws BackendError where the device is lost or refuses something.
   */
  async run(
    inputs: Readonly<Record<string, Tensor>>,
    needed: ReadonlySet<string>,
    taps: readonly string[],
    peaks?: PeakQuery,
  ): Promise<DeviceResult> {
    const { device, workOfSubmit } = this.open;
    const finder = peaks && (await lostOr(this.open, this.finderOf(peaks)));
    const samplers = await lostOr(this.open, this.samplersFor(inputs));
    const tapped = taps.length > 0 ? new Readback(device, mapSizes(this.layout, taps)) : undefined;
    try {
      device.pushErrorScope("validation");
      for (const name of Object.keys(this.graph.inputs)) {
        if (samplers.has(name)) continue;
        device.queue.writeBuffer(this.map(name), 0, toVectors(inputs[name]));
      }
      let encoder = device.createCommandEncoder();
      let pass = encoder.beginComputePass();
      for (const sampler of samplers.values()) sampler.encode(pass);
      let work = 0;
      for (const { planned, dispatches } of this.nodes) {
        const { name } = planned.node;
        if (!needed.has(name)) continue;
        for (const dispatch of dispatches) {
          encodeDispatch(pass, dispatch);
          work += dispatch.work;
        }
        const isTapped = tapped?.has(name);
        if (!isTapped && work < workOfSubmit) continue;
        pass.end();
        if (isTapped) tapped?.encodeCopy(encoder, name, this.map(name));
        if (work >= workOfSubmit) {
          device.queue.submit([encoder.finish()]);
          encoder = device.createCommandEncoder();
          work = 0;
        }
        pass = encoder.beginComputePass();
      }
      if (finder) finder.encode(pass, peaks);
      pass.end();
      if (finder) finder.encodeCopy(encoder);
      else this.encodeOutputs(encoder);
      device.queue.submit([encoder.finish()]);
      const refused = device.popErrorScope();
      const outputs = finder ? undefined : this.outputs.read();
      const reading = Promise.all([tapped?.read(), outputs, finder?.read()]);
      const [tapVectors, outputVectors, found] = await lostOr(this.open, reading);
      const error = await lostOr(this.open, refused);
      if (error) throw broken("the network to run", error.message);
      const values = this.tensors([...(tapVectors ?? []), ...(outputVectors ?? [])]);
      if (!finder || found) return { values, peaks: found };
      return { values: new Map([...values, ...(await this.wholeOutputs())]) };
    } finally {
      this.outputs.release();
      tapped?.destroy();
    }
  }

  destroy(): void {
    for (const buffer of [...this.buffers, ...this.constants]) buffer.destroy();
    this.outputs.destroy();
    this.finder?.destroy();
    for (const sampler of this.samplers.values()) sampler.destroy();
  }

  /** Of the inputs that are sampled on the device, with their images on it. */
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

  /** Undefined where the answer would be too long. */
  private async finderOf(request: PeakQuery): Promise<PeakFinder | undefined> {
    if (this.finder?.finds(request)) return this.finder;
    this.finder?.destroy();
    this.finder = undefined;
    const maps = Object.entries(this.graph.outputs).map(([output, name]): [string, DeviceMap] => {
      return [output, { shape: this.shape(name), buffer: this.map(name) }];
    });
    this.finder = await PeakFinder.create(this.open.device, request, new Map(maps));
    return this.finder;
  }

  /** The outputs of the last run, where their peaks did not tell enough. */
  private async wholeOutputs(): Promise<ReadonlyMap<string, Tensor>> {
    const { device } = this.open;
    const encoder = device.createCommandEncoder();
    this.encodeOutputs(encoder);
    device.queue.submit([encoder.finish()]);
    return this.tensors([...(await lostOr(this.open, this.outputs.read()))]);
  }

  private encodeOutputs(encoder: GpuCommandEncoder): void {
    for (const name of this.outputs.names) this.outputs.encodeCopy(encoder, name, this.map(name));
  }

  private tensors(vectors: readonly (readonly [string, Float32Array])[]): ReadonlyMap<string, Tensor> {
    return new Map(vectors.map(([name, data]) => [name, fromVectors(this.shape(name), data)]));
  }

  private map(name: string): GpuBuffer {
    return this.buffers[this.layout.maps.get(name) as number];
  }

  private shape(name: string): Shape {
    return this.layout.shapes.get(name) as Shape;
  }
}

function mapSizes({ shapes }: PlanLayout, names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(names.map((name) => [name, mapVectors(shapes.get(name) as Shape) * BYTES_PER_VECTOR]));
}

function operandBuffer(
  operand: WgslOperand,
  { inputs, residual, output, scratch }: PlannedNode,
  buffers: readonly GpuBuffer[],
  constants: readonly GpuBuffer[],
): GpuBuffer {
  if (operand === "output") return buffers[output];
  if (operand === "residual") return buffers[residual ?? output];
  const index = Number(/\d+$/.exec(operand));
  if (operand.startsWith("input")) return buffers[inputs[index]];
  return operand.startsWith("scratch") ? buffers[scratch[index]] : constants[index];
}

/** Runs `make` and turns what the device complains of meanwhile into errors of this project. */
async function guarded<T>(open: OpenDevice, layout: PlanLayout, make: () => Promise<T>): Promise<T> {
  const { device } = open;
  device.pushErrorScope("validation");
  device.pushErrorScope("out-of-memory");
  const made = await open.loss
    .before(make(), () => new DeviceLost(open))
    .then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
  const [memory, validation] = await lostOr(
    open,
    Promise.all([device.popErrorScope(), device.popErrorScope()]),
  );
  if (memory) {
    const bytes = layout.constantBytes + layout.bufferBytes.reduce((sum, size) => sum + size, 0);
    const expected = `${Math.ceil(bytes / 1e6)} MB of memory on ${open.name}`;
    const fault = { where: "backend wgsl", expected, got: memory.message || "less" };
    throw new MemoryError(fault, { alternative: "another backend" });
  }
  if (validation) throw broken("shaders and buffers that the device takes", validation.message);
  if ("value" in made) return made.value;
  throw await lossOr(open, made.error);
}

/** What is waited for, or the loss of the device: some implementations never answer after it. */
async function lostOr<T>(open: OpenDevice, work: Promise<T>): Promise<T> {
  try {
    return await open.loss.before(work, () => new DeviceLost(open));
  } catch (error) {
    throw await lossOr(open, error);
  }
}

/** The rejection of what was under way comes first, the news of the loss soon after. */
async function lossOr(open: OpenDevice, error: unknown): Promise<Error> {
  if (error instanceof CenterNetError) return error;
  if (await open.loss.within(LOSS_NEWS)) return new DeviceLost(open, error);
  return broken("the network to run", messageOf(error), undefined, error);
}

/** Milliseconds until a lost device must have said so. */
const LOSS_NEWS = 1000;

/** The device is gone, and all that was on it. */
export class DeviceLost extends BackendError {
  constructor(open: OpenDevice, cause?: unknown) {
    const fault = {
      where: "backend wgsl",
      expected: `${open.name} to stay`,
      got: `its loss (${open.loss.reason ?? "no reason given"})`,
      hint: "Choose another backend.",
    };
    super(fault, { cause });
  }
}

function broken(
  expected: string,
  got: string,
  hint = "Choose another backend.",
  cause?: unknown,
): BackendError {
  return new BackendError({ where: "backend wgsl", expected, got, hint }, { cause });
}
