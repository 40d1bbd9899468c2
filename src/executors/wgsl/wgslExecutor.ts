import type { BackendDetails } from "../../backend/backendDetails.ts";
import type { Executor } from "../../backend/executor.ts";
import type { Precision } from "../../kernels/kernel.ts";
import { PlanSet } from "../planSet.ts";
import { selfTest } from "../selfTest.ts";
import { DeviceKeeper } from "./device/deviceKeeper.ts";
import type { Gpu } from "./device/webgpu.ts";
import type { PrepareProgress } from "./deviceGraph.ts";
import { WGSL_SELF_TEST } from "./selfTestCases.ts";
import { WgslPlan } from "./wgslPlan.ts";

export interface WgslOptions {
  /** `exact` does without Winograd's F(4x4), whose largest error is ten times that of a plain sum. */
  readonly precision?: Precision;
  readonly onProgress?: PrepareProgress;
  /** Makes the executor that takes over where the device is lost twice in a run, or cannot be replaced. */
  readonly fallback?: () => Promise<Executor>;
  /** Default: that of the browser; in Node, the npm package `webgpu`. */
  readonly gpu?: Gpu;
}

/**
 * The executor whose kernels are hand-written WGSL, on a WebGPU device of its own. Before it is handed out, it
 * runs one case of every op and compares the results with plain arithmetic.
 *
 * @throws BackendError where the machine has no WebGPU, or it computes wrong numbers.
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
    async prepare(graph, weights) {
      const plan = await WgslPlan.prepare(keeper, graph, weights, {
        precision,
        onProgress: ready ? onProgress : undefined,
        fallback:
          fallback &&
          (async (...work) => {
            // One that could not be had may be had another time.
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
      // One that could not be had was told of when it was asked for.
      await (await substitute?.catch(() => undefined))?.dispose();
      await keeper.destroy();
    },
  };
  try {
    await selfTest(executor, WGSL_SELF_TEST);
  } catch (error) {
    await executor.dispose();
    throw error;
  }
  ready = true;
  return executor;
}
