import { UsageError } from "../../../errors.ts";
import type { Graph } from "../../../graph/graph.ts";
import type { Precision } from "../../../kernels/kernel.ts";
import { fuseUpsampling } from "../fuseUpsampling.ts";
import { planLayout } from "../planLayout.ts";
import { kernelTarget, type OpenDevice, openDevice } from "./openDevice.ts";
import type { Gpu } from "./webgpu.ts";

/** Holds the device of an executor, takes a new one where it was lost, and lets one use it at a time. */
export class DeviceKeeper {
  private queue: Promise<unknown> = Promise.resolve();
  private isDestroyed = false;

  private constructor(
    private readonly gpu: Gpu | undefined,
    private current: OpenDevice,
  ) {}

  /** @throws BackendError where there is no device to be had. */
  static async open(gpu?: Gpu): Promise<DeviceKeeper> {
    return new DeviceKeeper(gpu, await openDevice(gpu));
  }

  /** Of the adapter. */
  get name(): string {
    return this.current.name;
  }

  /** Whether the device was lost and not yet replaced. */
  get isLost(): boolean {
    return this.current.loss.reason !== undefined;
  }

  /**
   * @throws BackendError where the device was lost and there is no other.
   * @throws UsageError after `destroy`, which loses the device, too.
   */
  async device(): Promise<OpenDevice> {
    if (this.isDestroyed) {
      const fault = { where: "backend wgsl", expected: "one in use", got: "one that was disposed of" };
      throw new UsageError(fault);
    }
    if (this.isLost) this.current = await openDevice(this.gpu);
    return this.current;
  }

  /** @throws MemoryError where a plan of the graph needs more than the device binds at once. */
  checkMemory(graph: Graph, precision: Precision): void {
    planLayout(fuseUpsampling(graph), kernelTarget(this.current, precision));
  }

  /** Error scopes are the device's, not the caller's: work on it must not mix. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const done = this.queue.then(work);
    this.queue = done.catch(() => {});
    return done;
  }

  /** Work under way ends first. */
  async destroy(): Promise<void> {
    await this.queue;
    this.isDestroyed = true;
    this.current.device.destroy();
  }
}
