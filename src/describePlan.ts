/** What a model will take on `wasm`, before its weights are loaded. */
import { describeWasmPlan, type WasmPlanDescription } from "./executors/wasm/describeWasmPlan.ts";
import { defaultThreads, wantsThreads } from "./executors/wasm/threads/threadPool.ts";
import type { MemoryUse, Precision } from "./kernels/kernel.ts";
import { DEFAULT_CHOICES } from "./kernels/wasm/kernel.ts";
import { checkInputSize, type InputSize, type Model } from "./models/model.ts";
import { runnable } from "./network.ts";

export interface PlanOptions {
  /** In pixels. Default: the model's own size, or a typical one if each image decides it. */
  readonly inputSize?: InputSize;
  readonly precision?: Precision;
  readonly memory?: MemoryUse;
  /** Each has its own scratch memory. Default: as many as `load` would start here. */
  readonly threads?: number;
}

/**
 * How `wasm` would run a model, layer by layer, and the memory of that plan. Nothing is read or allocated.
 *
 * @throws UsageError for an input size that the model cannot take.
 */
export function describePlan(
  model: Model,
  { inputSize = model.defaultSize, threads, ...choices }: PlanOptions = {},
): WasmPlanDescription {
  checkInputSize(model, inputSize);
  return describeWasmPlan(
    runnable(model.graph(inputSize), true),
    { ...DEFAULT_CHOICES, ...choices },
    threads ?? (wantsThreads() ? defaultThreads() : 1),
  );
}
