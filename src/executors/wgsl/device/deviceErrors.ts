import { BackendError, CenterNetError, MemoryError } from "../../../errors.ts";
import type { GpuDevice } from "./webgpu.ts";

/** A device, and what an error about it needs to know. */
export interface WatchedDevice {
  readonly device: GpuDevice;
  /** Name of the adapter. */
  readonly name: string;
  readonly loss: DeviceLoss;
}

/** How long a lost device may take to report its loss after rejecting work, in milliseconds. */
const LOSS_REPORT_MS = 1000;

/** Reports the loss of a device. Unlike `device.lost`, it lets callers stop waiting. */
export class DeviceLoss {
  /** Why the device was lost; undefined until then. */
  reason?: string;
  private readonly listeners = new Set<() => void>();

  constructor(device: GpuDevice) {
    device.lost.then(({ reason, message }) => {
      this.reason = message || reason || "no reason given";
      for (const listener of this.listeners) listener();
    });
  }

  /** Settles as `work` does, or rejects with `error()` if the device is lost first. */
  before<T>(work: Promise<T>, error: () => Error): Promise<T> {
    return new Promise((resolve, reject) => {
      const lost = () => reject(error());
      if (this.reason !== undefined) lost();
      this.listeners.add(lost);
      work.then(resolve, reject).finally(() => this.listeners.delete(lost));
    });
  }

  /** Whether the device is lost now, or reports its loss within this time. */
  within(milliseconds: number): Promise<boolean> {
    if (this.reason !== undefined) return Promise.resolve(true);
    return new Promise((resolve) => {
      const lost = () => {
        clearTimeout(timer);
        resolve(true);
      };
      this.listeners.add(lost);
      const timer = setTimeout(() => {
        this.listeners.delete(lost);
        resolve(false);
      }, milliseconds);
    });
  }
}

/** The device was lost, with everything on it. A new device may work. */
export class DeviceLostError extends BackendError {
  constructor({ name, loss }: WatchedDevice, cause?: unknown) {
    const fault = {
      where: "backend wgsl",
      expected: `${name} to stay`,
      got: `its loss (${loss.reason ?? "no reason given"})`,
      hint: "Choose another backend.",
    };
    super(fault, { cause });
  }
}

/**
 * Waits for work on the device. Some implementations never answer after a loss, so the loss ends the wait as well.
 *
 * @throws DeviceLostError if the device is lost.
 * @throws BackendError if the device rejects the work.
 */
export async function untilLost<T>(watched: WatchedDevice, work: Promise<T>): Promise<T> {
  try {
    return await watched.loss.before(work, () => new DeviceLostError(watched));
  } catch (error) {
    throw await lossOr(watched, error);
  }
}

/**
 * Runs `allocate`, which creates buffers and shaders, and throws what the device reports meanwhile.
 *
 * @param bytes what is allocated altogether, for the error.
 * @throws MemoryError if the device has too little memory.
 * @throws DeviceLostError if the device is lost.
 * @throws BackendError if the device refuses a buffer or shader.
 */
export async function checkedAllocation<T>(
  watched: WatchedDevice,
  bytes: number,
  allocate: () => Promise<T>,
): Promise<T> {
  const { device, name, loss } = watched;
  device.pushErrorScope("validation");
  device.pushErrorScope("out-of-memory");
  const outcome = await loss
    .before(allocate(), () => new DeviceLostError(watched))
    .then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
  const scopes = Promise.all([device.popErrorScope(), device.popErrorScope()]);
  const [memory, validation] = await untilLost(watched, scopes);
  if (memory) {
    const expected = `${Math.ceil(bytes / 1e6)} MB of memory on ${name}`;
    const fault = { where: "backend wgsl", expected, got: memory.message || "less" };
    throw new MemoryError(fault, { alternative: "another backend" });
  }
  if (validation) throw wgslError("shaders and buffers that the device accepts", validation.message);
  if ("value" in outcome) return outcome.value;
  throw await lossOr(watched, outcome.error);
}

/** A lost device first rejects the work under way; the report of the loss follows soon after. */
async function lossOr(watched: WatchedDevice, error: unknown): Promise<Error> {
  if (error instanceof CenterNetError) return error;
  if (await watched.loss.within(LOSS_REPORT_MS)) return new DeviceLostError(watched, error);
  return wgslError("the network to run", messageOf(error), { cause: error });
}

export function wgslError(
  expected: string,
  got: string,
  { hint = "Choose another backend.", cause }: { hint?: string; cause?: unknown } = {},
): BackendError {
  return new BackendError({ where: "backend wgsl", expected, got, hint }, { cause });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
