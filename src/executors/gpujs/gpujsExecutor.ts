import { GPU } from "gpu.js";
import type { Executor } from "../../backend/executor.ts";
import { PlanSet } from "../planSet.ts";
import { selfTest } from "../selfTest.ts";
import { GpujsPlan } from "./gpujsPlan.ts";
import { chooseMode, type GpujsMode } from "./modes.ts";

export interface GpujsOptions {
  /** `auto` is the first that the machine has of webgpu, webgl2, webasm, cpu. */
  readonly mode?: GpujsMode | "auto";
}

/**
 * The executor whose kernels are gpu.js functions. Before it is returned, a self-test runs one case of every op and
 * compares the results with plain arithmetic.
 *
 * @throws BackendError if the machine does not have the mode, or the mode computes wrong numbers.
 */
export async function gpujsExecutor({ mode: wanted = "auto" }: GpujsOptions = {}): Promise<Executor> {
  const mode = await chooseMode(wanted);
  const gpu = new GPU({ mode });
  const plans = new PlanSet();
  const executor: Executor = {
    backend: mode,
    details: {},
    async prepare(graph, weights) {
      return plans.add(new GpujsPlan(gpu, mode, graph, weights));
    },
    async dispose() {
      await plans.dispose();
      await gpu.destroy();
    },
  };
  try {
    await selfTest(executor);
  } catch (error) {
    await executor.dispose();
    throw error;
  }
  return executor;
}
