import type { Precision } from "../../kernels/wasmKernel.ts";
import type { Executor } from "../executor.ts";
import { selfTest } from "../selfTest.ts";
import { compileWasm, type WasmBuild } from "./wasmModule.ts";
import { WasmPlan } from "./wasmPlan.ts";

export interface WasmOptions {
  /** `exact` does without Winograd's F(4x4), whose largest error is some 2e-5 of a layer's root mean square. */
  readonly precision?: Precision;
  /** Default: the best that the machine can run. */
  readonly build?: WasmBuild;
}

/**
 * The executor whose kernels are AssemblyScript, compiled to WebAssembly with SIMD: for machines without a
 * GPU. Before it is handed out, it runs one case of every op and compares the results with plain arithmetic.
 *
 * @throws BackendError where the machine has no WebAssembly with SIMD, or it computes wrong numbers.
 */
export async function wasmExecutor({ precision = "default", build }: WasmOptions = {}): Promise<Executor> {
  const module = await compileWasm(build);
  const plans = new Set<WasmPlan>();
  const executor: Executor = {
    backend: "wasm",
    async prepare(graph, weights) {
      const plan = await WasmPlan.prepare(module, graph, weights, precision);
      plans.add(plan);
      return plan;
    },
    async dispose() {
      for (const plan of plans) await plan.dispose();
      plans.clear();
    },
  };
  await selfTest(executor);
  return executor;
}
