import { UsageError } from "../../../errors.ts";
import type { Graph } from "../../../graph/graph.ts";
import type { Precision } from "../../../kernels/kernel.ts";
import { bufferLayout, fuseUpsampling } from "../bufferLayout.ts";
import { kernelTarget, type OpenDevice, openDevice } from "./openDevice.ts";
import type { Gpu } from "./webgpu.ts";

/** Keeps an executor's device, replaces it if it was lost, and serializes its use. */
export class DeviceKeeper {
  private queue: Promise<unknown> = Promise.resolve();
  private isDestroyed = false;

  private constructor(
    private readonly gpu: Gpu | undefined,
    private current: OpenDevice,
  ) {}

  /** @throws BackendError if the machine has no WebGPU device. */
  static async open(gpu?: Gpu): Promise<DeviceKeeper> {
    return new DeviceKeeper(gpu, await openDevice(gpu));
  }

  /** Name of the adapter. */
  get name(): string {
    return this.current.name;
  }

  /** Whether the device was lost and has not been replaced yet. */
  get isLost(): boolean {
    return this.current.loss.reason !== undefined;
  }

  /**
   * The device; a new one if the last was lost.
   *
   * @throws BackendError if the device was lost and there is no other.
   * @throws UsageError after `destroy`, which loses the device as well.
   */
  async device(): Promise<OpenDevice> {
    if (this.isDestroyed) {
      const fault = {
        where: "backend wgsl",
        expected: "an executor in use",
        got: "one that was disposed of",
      };
      throw new UsageError(fault);
    }
    if (this.isLost) this.current = await openDevice(this.gpu);
    return this.current;
  }

  /** @throws MemoryError if a map or constant of the graph is larger than the device can bind. */
  checkMemory(graph: Graph, precision: Precision): void {
    bufferLayout(fuseUpsampling(graph), kernelTarget(this.current, precision));
  }

  /** Runs one piece of work at a time: error scopes belong to the device, so they would mix up. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const done = this.queue.then(work);
    this.queue = done.catch(() => {});
    return done;
  }

  /** Waits for the work under way. */
  async destroy(): Promise<void> {
    await this.queue;
    this.isDestroyed = true;
    this.current.device.destroy();
  }
}
