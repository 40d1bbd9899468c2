/** The GPU's device is lost while the page is open. */
import type { Page, Worker } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mayBeLeftOut } from "../support/required.ts";
import { chromiumPath, Site } from "./page.ts";

interface Device {
  readonly lost: Promise<{ readonly reason: string }>;
  destroy(): void;
}
/** A worker's globals. */
interface Scope {
  readonly GPUAdapter: { readonly prototype: { requestDevice(descriptor?: object): Promise<Device> } };
  devices: Device[];
}

/** Keeps every device that a worker opens. */
function keepDevices(worker: Worker): Promise<void> {
  return (
    worker
      .evaluate(() => {
        const scope = globalThis as unknown as Scope;
        const { prototype } = scope.GPUAdapter;
        const open = prototype.requestDevice;
        scope.devices = [];
        prototype.requestDevice = async function (descriptor) {
          const device = await open.call(this, descriptor);
          scope.devices.push(device);
          return device;
        };
      })
      // One that ended meanwhile.
      .catch(() => {})
  );
}

/** The worker that has opened a device: others come and go. */
async function workerWithDevice(page: Page): Promise<Worker> {
  for (const worker of page.workers()) {
    const count = await worker
      .evaluate(() => (globalThis as unknown as Partial<Scope>).devices?.length ?? 0)
      .catch(() => 0);
    if (count > 0) return worker;
  }
  throw new Error("no worker has opened a device");
}

describe.skipIf(!chromiumPath && mayBeLeftOut)("the page whose GPU is lost", () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open();
  });
  afterAll(() => site?.close());

  test("detects the next images on a new device, with the numbers of the lost one", async () => {
    const { page, faults } = await site.visit("load");
    page.on("worker", (worker) => void keepDevices(worker));
    await page.evaluate(() => {
      location.hash = "detect?model=movenet-lightning&backend=wgsl&image=people.jpg&score=0.1";
    });
    const row = page.getByRole("row", { name: /person/ });
    let last = "";
    const rowOf = async (sample: string) => {
      await page.getByRole("combobox", { name: "Sample" }).selectOption(sample);
      await expect.poll(() => row.textContent({ timeout: 60_000 }), { timeout: 60_000 }).not.toBe(last);
      last = (await row.textContent()) ?? "";
      return last;
    };
    const people = await rowOf("people.jpg");
    const reasons = await (await workerWithDevice(page)).evaluate(() => {
      const { devices } = globalThis as unknown as Scope;
      for (const device of devices) device.destroy();
      return Promise.all(devices.map(async ({ lost }) => (await lost).reason));
    });
    expect(reasons).toEqual(["destroyed"]);
    expect(await rowOf("grace-hopper.jpg")).not.toBe(people);
    expect(await rowOf("people.jpg")).toBe(people);
    expect(await page.getByText(/^wgsl \(/).count()).toBeGreaterThan(0);
    expect(faults).toEqual([]);
  });
});
