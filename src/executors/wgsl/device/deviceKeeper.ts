import { machineGpu } from "#machineGpu";
import { UsageError } from "../../../errors.ts";
import type { Graph } from "../../../graph/graph.ts";
import type { Precision } from "../../../kernels/kernel.ts";
import { bufferLayout, fuseUpsampling } from "../bufferLayout.ts";
import { kernelTarget, type OpenDevice, openDevice } from "./openDevice.ts";
import type { Gpu } from "./webgpu.ts";

/** A device and all executors that use it. */
interface SharedDevice {
  readonly gpu: Gpu | undefined;
  readonly opening: Promise<OpenDevice>;
  users: number;
  /** Differs from the one that was opened once that was lost. */
  current?: OpenDevice;
  queue: Promise<unknown>;
}

/** In use, by where they come from. */
const devices = new Map<Gpu | undefined, SharedDevice>();

/**
 * One executor's hold on the device that all of them share, so that a second detector finds shaders compiled. The device
 * is replaced if it was lost, its use is serialized, and it is destroyed with the last executor.
 */
export class DeviceKeeper {
  private isDestroyed = false;
  private destruction?: Promise<void>;

  private constructor(
    private readonly shared: SharedDevice,
    /** As of this executor's opening; later the shared one counts. */
    private readonly opened: OpenDevice,
  ) {}

  /** @throws BackendError if the machine has no WebGPU device. */
  static async open(gpu?: Gpu): Promise<DeviceKeeper> {
    const api = gpu ?? (await machineGpu());
    const shared = devices.get(api) ?? {
      gpu: api,
      opening: openDevice(api),
      users: 0,
      queue: Promise.resolve(),
    };
    devices.set(api, shared);
    shared.users++;
    try {
      return new DeviceKeeper(shared, await shared.opening);
    } catch (error) {
      leave(shared);
      throw error;
    }
  }

  private get current(): OpenDevice {
    return this.shared.current ?? this.opened;
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
    if (this.isLost) this.shared.current = await openDevice(this.shared.gpu);
    return this.current;
  }

  /** @throws MemoryError if a map or constant of the graph is larger than the device can bind. */
  checkMemory(graph: Graph, precision: Precision): void {
    bufferLayout(fuseUpsampling(graph), kernelTarget(this.current, precision));
  }

  /** Runs one piece of work at a time: error scopes belong to the device, so they would mix up. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const done = this.shared.queue.then(work);
    this.shared.queue = done.catch(() => {});
    return done;
  }

  /** Waits for the work under way. */
  destroy(): Promise<void> {
    this.destruction ??= this.shared.queue.then(() => {
      this.isDestroyed = true;
      if (leave(this.shared)) this.current.device.destroy();
    });
    return this.destruction;
  }
}

/** Whether nobody uses the device any more; whoever comes next opens another. */
function leave(shared: SharedDevice): boolean {
  shared.users--;
  if (shared.users > 0) return false;
  if (devices.get(shared.gpu) === shared) devices.delete(shared.gpu);
  return true;
}
