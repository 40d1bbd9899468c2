import { GPU } from "gpu.js";
import type { Executor } from "../../backend/executor.ts";
import { refuseForbiddenFunctions, refuseForbiddenWasm } from "../../support/pagePolicy.ts";
import { adapterName, webgl2Renderer } from "../adapters.ts";
import { PlanSet } from "../planSet.ts";
import { prepareSelfTest, selfTest } from "../selfTest.ts";
import { testOnce } from "../testOnce.ts";
import type { Gpu } from "../wgsl/device/webgpu.ts";
import { GpujsPlan } from "./gpujsPlan.ts";
import { chooseMode, type GpujsMode } from "./modes.ts";

export interface GpujsOptions {
  /** `auto` is the first that the machine has of webgpu, webgl2, webasm, cpu. */
  readonly mode?: GpujsMode | "auto";
}

/**
 * The executor whose kernels are gpu.js functions. Before it is returned, a self-test runs one case of every op and
 * compares the results with plain arithmetic, once per mode and process.
 *
 * @throws BackendError if the machine does not have the mode, or the mode computes wrong numbers.
 */
export async function gpujsExecutor({ mode: wanted = "auto" }: GpujsOptions = {}): Promise<Executor> {
  const mode = await chooseMode(wanted);
  if (mode === "webasm") await refuseForbiddenWasm("backend webasm");
  if (mode === "cpu") refuseForbiddenFunctions("backend cpu");
  const gpu = new GPU({ mode });
  const plans = new PlanSet();
  const executor: Executor = {
    backend: mode,
    details: { adapter: await adapterOf(mode) },
    async prepare(graph, weights) {
      return plans.add(new GpujsPlan(gpu, mode, graph, weights));
    },
    async dispose() {
      await plans.dispose();
      await gpu.destroy();
    },
  };
  try {
    await testOnce(GPU, mode, async () => selfTest(executor, await prepareSelfTest()));
  } catch (error) {
    await executor.dispose();
    throw error;
  }
  return executor;
}

/** Name of the adapter that gpu.js gets, if the mode uses one. */
async function adapterOf(mode: GpujsMode): Promise<string | undefined> {
  if (mode === "webgl2") return webgl2Renderer();
  if (mode !== "webgpu") return undefined;
  const adapter = await (globalThis.navigator as { gpu?: Gpu } | undefined)?.gpu?.requestAdapter();
  return adapter ? adapterName(adapter) : undefined;
}
