import { hasPassed, keepPassed } from "#machine";
import type { Executor } from "../../backend/executor.ts";
import { BackendError } from "../../errors.ts";
import type { Graph } from "../../graph/graph.ts";
import type { MemoryUse, Precision, WasmBuild } from "../../kernels/kernel.ts";
import { refuseForbiddenWasm } from "../../support/pagePolicy.ts";
import { PlanSet } from "../planSet.ts";
import { prepareSelfTest, type SelfTest, selfTest } from "../selfTest.ts";
import { testOnce } from "../testOnce.ts";
import { planLayout } from "./planLayout.ts";
import { refuseTooMuch } from "./planMemory.ts";
import { WASM_SELF_TEST } from "./selfTestCases.ts";
import { startThreads, wantsThreads } from "./threads/threadPool.ts";
import { chooseBuild, compileWasm } from "./wasmModule.ts";
import { WasmPlan } from "./wasmPlan.ts";

export interface WasmOptions {
  /** `exact` forgoes Winograd's F(4x4), which rounds more, and takes sums in shorter runs. */
  readonly precision?: Precision;
  /** `low` takes about 60 % of the memory and a few percent more time. */
  readonly memory?: MemoryUse;
  /** Default: the best build that the machine can run. */
  readonly build?: WasmBuild;
  /** Default: one per core, at most 8. If threads are not available, the executor's `details.note` says why. */
  readonly threads?: number;
}

let results: Promise<SelfTest> | undefined;

/** Of the self-test, the same for all executors. */
function expectedResults(): Promise<SelfTest> {
  results ??= prepareSelfTest(WASM_SELF_TEST);
  return results;
}

/**
 * The executor for machines without a GPU. Its kernels are written in AssemblyScript and compiled to WebAssembly with
 * SIMD. Before it is returned, a self-test runs one case of every op and compares the results with plain arithmetic, unless
 * this program has passed it on this machine before, or an executor of the same kind in this process.
 *
 * @throws BackendError if the machine has no WebAssembly with SIMD, or the self-test finds a wrong number.
 */
export async function wasmExecutor({
  precision = "default",
  memory = "default",
  ...wanted
}: WasmOptions = {}): Promise<Executor> {
  const choices = { precision, memory };
  const build = chooseBuild(wanted.build);
  const starting = startThreads(wanted.threads);
  const allowed = refuseForbiddenWasm("backend wasm");
  allowed.catch(() => {}); // awaited below
  // Compile while the threads start. The result is awaited below, once it is known whether they did.
  compileWasm(build, wantsThreads(wanted.threads)).catch(() => {});
  const name = `wasm-${build}-${wanted.threads ?? "all"}-${precision}-${memory}`;
  const check = { name, program: import.meta.url };
  const passed = hasPassed(check);
  const test = passed.then((isPast) => (isPast ? undefined : expectedResults()));
  test.catch(() => {}); // awaited below
  const { pool: started, note } = await starting;
  await allowed.catch(async (error) => {
    await started?.dispose();
    throw error;
  });
  let pool = started;
  const module = await compileWasm(build, pool !== undefined);
  const plans = new PlanSet();
  const planned = new WeakMap<Graph, number>();
  const bytesOf = (graph: Graph) => planned.get(graph) ?? planLayout(graph, choices, pool?.count).bytes.total;
  const executor: Executor = {
    backend: "wasm",
    timesLayers: true,
    details: {
      build,
      threads: pool?.count ?? 1,
      precision,
      memory: memory === "low" ? memory : undefined,
      note,
    },
    async prepare(graph, weights, options) {
      const plan = await WasmPlan.prepare({ module, pool }, graph, weights, choices, options);
      planned.set(graph, plan.bytes);
      return plans.add(plan);
    },
    async releasePlans() {
      if (!pool) return;
      const { count } = pool;
      await pool.dispose();
      pool = (await startThreads(count)).pool;
      if (pool) return;
      const fault = { where: "backend wasm", expected: `${count} threads to start again`, got: "none" };
      throw new BackendError({ ...fault, hint: "Ask for one thread." });
    },
    checkMemory(graph) {
      refuseTooMuch(bytesOf(graph), { graph, choices, threads: pool?.count });
    },
    planBytes: bytesOf,
    async dispose() {
      await plans.dispose();
      await pool?.dispose();
    },
  };
  const kind = [pool?.count ?? 1, precision, memory].join(" ");
  try {
    await testOnce(module, kind, async () => {
      const expected = await test;
      if (!expected) return;
      await selfTest(executor, expected);
      await keepPassed(check);
    });
  } catch (error) {
    await executor.dispose();
    throw error;
  }
  return executor;
}
