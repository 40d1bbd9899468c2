import type { GpuDevice } from "./webgpu.ts";

/** The news of a device's loss. Those who wait can stop waiting, which a promise alone does not allow. */
export class DeviceLoss {
  /** Why the device was lost, once it was. */
  reason?: string;
  private readonly listeners = new Set<() => void>();

  constructor(device: GpuDevice) {
    device.lost.then(({ reason, message }) => {
      this.reason = message || reason || "no reason given";
      for (const listener of this.listeners) listener();
    });
  }

  /** Resolves or rejects as `work` does, or rejects with `error()` where the loss comes first. */
  before<T>(work: Promise<T>, error: () => Error): Promise<T> {
    return new Promise((resolve, reject) => {
      const lost = () => reject(error());
      if (this.reason !== undefined) lost();
      this.listeners.add(lost);
      work.then(resolve, reject).finally(() => this.listeners.delete(lost));
    });
  }

  /** Whether the device is lost, as far as it is known within so many milliseconds. */
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
