import type { BackendDetails } from "../../backend/backendDetails.ts";
import type { Executor } from "../../backend/executor.ts";
import type { Precision } from "../../kernels/kernel.ts";
import { padAll } from "../../kernels/window.ts";
import { shapeOf } from "../../tensor.ts";
import { PlanSet } from "../planSet.ts";
import { type NamedCase, prepareSelfTest, selfTest } from "../selfTest.ts";
import { testOnce } from "../testOnce.ts";
import { DeviceKeeper } from "./device/deviceKeeper.ts";
import type { Gpu } from "./device/webgpu.ts";
import type { PrepareProgress } from "./deviceGraph.ts";
import { WgslPlan } from "./wgslPlan.ts";

/** Self-test of what the first case of `conv2d` does not reach: Winograd's transforms, and sums cut into slices. */
export const WGSL_SELF_TEST: readonly NamedCase[] = [
  {
    op: "conv2d",
    opCase: {
      title: "3x3 by Winograd, sizes that no tile divides",
      inputs: [shapeOf(17, 18, 33)],
      attributes: { kernel: 3, stride: 1, padding: padAll(1), channels: 35 },
      epilogue: { bias: true, residual: true, activation: "relu" },
    },
  },
  {
    op: "conv2d",
    opCase: {
      title: "many input channels on a small map, in slices",
      inputs: [shapeOf(3, 3, 150)],
      attributes: { kernel: 3, stride: 1, padding: padAll(1), channels: 12 },
      epilogue: { bias: true, residual: true, activation: "relu6" },
    },
  },
];

export interface WgslOptions {
  /** `exact` avoids Winograd's F(4x4), which rounds more than a sum in runs. */
  readonly precision?: Precision;
  readonly onProgress?: PrepareProgress;
  /** Creates the executor that takes over if the device is lost twice in a run or cannot be replaced. */
  readonly fallback?: () => Promise<Executor>;
  /** Default: the browser's WebGPU; in Node, the npm package `webgpu`. */
  readonly gpu?: Gpu;
}

/**
 * The executor with hand-written WGSL kernels, on a WebGPU device that it shares with others of this process. Before it is
 * returned, one case of every op is run and compared with plain arithmetic, once per device and precision.
 *
 * @throws BackendError if the machine has no WebGPU device, or if the device computes wrong numbers.
 */
export async function wgslExecutor({
  precision = "default",
  onProgress,
  fallback,
  gpu,
}: WgslOptions = {}): Promise<Executor> {
  const keeper = await DeviceKeeper.open(gpu);
  const plans = new PlanSet();
  let substitute: Promise<Executor> | undefined;
  let ready = false;
  /** What the executor reports once the fallback has taken over. */
  let elsewhere: { readonly backend: string; readonly details: BackendDetails } | undefined;
  const executor: Executor = {
    get backend() {
      return elsewhere?.backend ?? "wgsl";
    },
    get details() {
      return elsewhere?.details ?? { adapter: keeper.name, precision };
    },
    get samplesImages() {
      return elsewhere === undefined;
    },
    timesLayers: true,
    async prepare(graph, weights) {
      const plan = await WgslPlan.prepare(keeper, graph, weights, {
        precision,
        onProgress: ready ? onProgress : undefined,
        fallback:
          fallback &&
          (async (...work) => {
            // A fallback that failed once may work the next time.
            substitute ??= fallback().catch((error: unknown) => {
              substitute = undefined;
              throw error;
            });
            const other = await substitute;
            const details = { ...other.details, note: `${keeper.name} was lost` };
            elsewhere = { backend: other.backend, details };
            return other.prepare(...work);
          }),
      });
      return plans.add(plan);
    },
    checkMemory: (graph) => keeper.checkMemory(graph, precision),
    async dispose() {
      await plans.dispose();
      // A fallback that failed has already rejected the call that needed it.
      await (await substitute?.catch(() => undefined))?.dispose();
      await keeper.destroy();
    },
  };
  try {
    const { device } = await keeper.device();
    await testOnce(device, precision, async () => selfTest(executor, await prepareSelfTest(WGSL_SELF_TEST)));
  } catch (error) {
    await executor.dispose();
    throw error;
  }
  ready = true;
  return executor;
}
