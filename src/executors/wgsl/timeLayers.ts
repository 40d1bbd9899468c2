import type { LayerTime, LayerTimes } from "../../backend/layerTimes.ts";
import { untilLost } from "./device/deviceErrors.ts";
import type { OpenDevice } from "./device/openDevice.ts";
import { PassClock, TIMESTAMPS } from "./device/passClock.ts";
import { type BoundDispatch, encodeDispatch } from "./device/pipelines.ts";
import type { GpuComputePass } from "./device/webgpu.ts";

interface Layer {
  readonly name: string;
  readonly dispatches: readonly BoundDispatch[];
}

/**
 * Runs each layer as a pass of its own and times it: by the device's clock where it has one, which gives a layer's time
 * and a few microseconds for the pass, else from its submission to its end, which also counts the way to the device and
 * back.
 */
export function timeLayers(open: OpenDevice, layers: readonly Layer[]): Promise<LayerTimes> {
  return open.device.features?.has(TIMESTAMPS) ? byTimestamps(open, layers) : bySubmits(open, layers);
}

async function byTimestamps(open: OpenDevice, layers: readonly Layer[]): Promise<LayerTimes> {
  const { device, workPerSubmit } = open;
  const clock = new PassClock(device);
  const nanoseconds: number[] = [];
  let encoder = device.createCommandEncoder();
  let [work, passes] = [0, 0];
  try {
    for (const [index, { dispatches }] of layers.entries()) {
      encodeLayer(clock.beginPass(encoder.beginComputePass.bind(encoder)), dispatches);
      work += dispatches.reduce((sum, dispatch) => sum + dispatch.work, 0);
      passes++;
      const isLast = index === layers.length - 1;
      if (!isLast && work < workPerSubmit && passes < PassClock.maxPasses) continue;
      device.queue.submit([encoder.finish()]);
      encoder = device.createCommandEncoder();
      work = 0;
      if (!isLast && passes < PassClock.maxPasses) continue;
      nanoseconds.push(...(await untilLost(open, clock.take())));
      passes = 0;
    }
  } finally {
    clock.destroy();
  }
  const times = layers.map(({ name }, index) => ({ name, milliseconds: nanoseconds[index] / 1e6 }));
  return { clock: "timestamps of the GPU, each layer in a pass of its own", layers: times };
}

async function bySubmits(open: OpenDevice, layers: readonly Layer[]): Promise<LayerTimes> {
  const { queue } = open.device;
  const times: LayerTime[] = [];
  for (const { name, dispatches } of layers) {
    const encoder = open.device.createCommandEncoder();
    encodeLayer(encoder.beginComputePass(), dispatches);
    const commands = encoder.finish();
    const start = performance.now();
    queue.submit([commands]);
    await untilLost(open, queue.onSubmittedWorkDone());
    times.push({ name, milliseconds: performance.now() - start });
  }
  return { clock: "one submission per layer, the way to the GPU and back included", layers: times };
}

function encodeLayer(pass: GpuComputePass, dispatches: readonly BoundDispatch[]): void {
  for (const dispatch of dispatches) encodeDispatch(pass, dispatch);
  pass.end();
}
