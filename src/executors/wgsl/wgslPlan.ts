import type { Plan, RunOptions, RunResult } from "../../backend/executor.ts";
import type { LayerTimes } from "../../backend/layerTimes.ts";
import { BackendError, UsageError } from "../../errors.ts";
import { type Graph, neededNodes } from "../../graph/graph.ts";
import type { Precision } from "../../kernels/kernel.ts";
import { abortable } from "../../support/abortable.ts";
import type { Tensor, Weights } from "../../tensor.ts";
import { checkInputs } from "../preparedNode.ts";
import { TapSink } from "../tapSink.ts";
import { bufferLayout, fuseUpsampling } from "./bufferLayout.ts";
import { DeviceLostError, wgslError } from "./device/deviceErrors.ts";
import type { DeviceKeeper } from "./device/deviceKeeper.ts";
import { kernelTarget } from "./device/openDevice.ts";
import { DeviceGraph, type PrepareProgress } from "./deviceGraph.ts";

export interface WgslPlanOptions {
  readonly precision: Precision;
  readonly onProgress?: PrepareProgress;
  /** Prepares the graph on another backend, if the device is lost for good. */
  readonly fallback?: (graph: Graph, weights: Weights) => Promise<Plan>;
}

/**
 * A graph on a GPU. If the device is lost (a driver was reset, a laptop switched its GPU), it is replaced once per run,
 * with everything on it. If the new one is lost too, the fallback takes over, or the run fails if there is none. No
 * result of a lost device is ever returned.
 */
export class WgslPlan implements Plan {
  private onDevice?: DeviceGraph;
  private substitute?: Plan;
  private disposal?: Promise<void>;
  private readonly graph: Graph;

  private constructor(
    private readonly keeper: DeviceKeeper,
    private readonly original: Graph,
    private readonly weights: Weights,
    private readonly options: WgslPlanOptions,
  ) {
    this.graph = fuseUpsampling(original);
  }

  /**
   * @throws MemoryError if the device has too little memory.
   * @throws BackendError if the device is lost.
   * @throws ModelError if a parameter is missing or its shape differs from the graph's.
   */
  static async prepare(
    keeper: DeviceKeeper,
    graph: Graph,
    weights: Weights,
    options: WgslPlanOptions,
  ): Promise<WgslPlan> {
    const plan = new WgslPlan(keeper, graph, weights, options);
    await keeper.exclusive(() =>
      plan.onDeviceOr<unknown>(
        () => plan.resident(),
        async (substitute) => substitute,
      ),
    );
    return plan;
  }

  /**
   * A run cannot be interrupted on the device: on abort the promise rejects at once, and the result is discarded.
   *
   * @throws UsageError after `dispose`, or if an input or tap does not fit the graph.
   * @throws BackendError if the device is lost and there is no fallback.
   * @throws the signal's reason once it is aborted.
   */
  async run(inputs: Readonly<Record<string, Tensor>>, options: RunOptions = {}): Promise<RunResult> {
    this.refuseDisposed();
    checkInputs(this.original, inputs);
    const { signal } = options;
    const taps = new TapSink(this.original, options);
    const running = this.keeper.exclusive(() => {
      signal?.throwIfAborted();
      return this.runOrSubstitute(inputs, options, taps);
    });
    return abortable(running, signal);
  }

  async timeLayers(inputs: Readonly<Record<string, Tensor>>, signal?: AbortSignal): Promise<LayerTimes> {
    this.refuseDisposed();
    checkInputs(this.original, inputs);
    const needed = new Set(neededNodes(this.graph).map(({ name }) => name));
    const running = this.keeper.exclusive(() => {
      signal?.throwIfAborted();
      if (this.substitute) return timesOf(this.substitute, inputs, signal);
      return this.onDeviceOr(
        async () => (await this.resident()).time(inputs, needed),
        (substitute) => timesOf(substitute, inputs, signal),
      );
    });
    return abortable(running, signal);
  }

  /** Waits for the runs under way. */
  dispose(): Promise<void> {
    this.disposal ??= this.keeper.exclusive(async () => {
      this.onDevice?.destroy();
      await this.substitute?.dispose();
    });
    return this.disposal;
  }

  private refuseDisposed(): void {
    if (!this.disposal) return;
    throw new UsageError({ where: "plan.run", expected: "a plan in use", got: "one that was disposed of" });
  }

  private async runOrSubstitute(
    inputs: Readonly<Record<string, Tensor>>,
    options: RunOptions,
    taps: TapSink,
  ): Promise<RunResult> {
    if (this.substitute) return this.substitute.run(inputs, options);
    return this.onDeviceOr(
      () => this.runOnDevice(inputs, taps, options.peaks),
      (substitute) => substitute.run(inputs, options),
      () => !taps.hasDelivered,
    );
  }

  /**
   * Does the work on the device, or on the fallback, if there is one, once the device is lost for good. Work that may not
   * be repeated fails instead.
   */
  private async onDeviceOr<T>(
    onDevice: () => Promise<T>,
    elsewhere: (substitute: Plan) => Promise<T>,
    mayRepeat: () => boolean = () => true,
  ): Promise<T> {
    try {
      return await this.replacingOnce(onDevice, mayRepeat);
    } catch (error) {
      const { fallback } = this.options;
      const isLost = error instanceof BackendError && this.keeper.isLost;
      if (!isLost || !fallback || !mayRepeat()) throw error;
      this.onDevice?.destroy();
      this.onDevice = undefined;
      this.substitute = await fallback(this.original, this.weights);
      return elsewhere(this.substitute);
    }
  }

  private async runOnDevice(
    inputs: Readonly<Record<string, Tensor>>,
    taps: TapSink,
    peaks: RunOptions["peaks"],
  ): Promise<RunResult> {
    const onDevice = await this.resident();
    const needed = new Set(neededNodes(this.graph, taps.names).map(({ name }) => name));
    const result = await onDevice.run(inputs, needed, taps, peaks);
    const value = (name: string) => result.values.get(name) as Tensor;
    const outputs = result.peaks
      ? []
      : Object.entries(this.graph.outputs).map(([name, node]) => [name, value(node)]);
    return {
      outputs: Object.fromEntries(outputs),
      taps: taps.result,
      ...(result.peaks && { peaks: result.peaks }),
    };
  }

  /** Tries once more, on a new device, if the device is lost meanwhile. */
  private async replacingOnce<T>(work: () => Promise<T>, mayRepeat: () => boolean): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DeviceLostError) || !mayRepeat()) throw error;
      return work();
    }
  }

  /** The graph on the current device. */
  private async resident(): Promise<DeviceGraph> {
    const open = await this.keeper.device();
    if (this.onDevice?.open === open) return this.onDevice;
    const { precision, onProgress } = this.options;
    const layout = bufferLayout(this.graph, kernelTarget(open, precision));
    this.onDevice?.destroy();
    this.onDevice = undefined;
    this.onDevice = await DeviceGraph.create(open, this.graph, layout, this.weights, onProgress);
    return this.onDevice;
  }
}

/** @throws BackendError if that backend cannot time its layers. */
function timesOf(
  plan: Plan,
  inputs: Readonly<Record<string, Tensor>>,
  signal: AbortSignal | undefined,
): Promise<LayerTimes> {
  if (plan.timeLayers) return plan.timeLayers(inputs, signal);
  throw wgslError("its device, to time layers on", "a lost one");
}
