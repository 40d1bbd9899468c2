import type { Executor } from "../../src/backend/executor.ts";
import { gpujsExecutor } from "../../src/executors/gpujs/gpujsExecutor.ts";
import { availableModes } from "../../src/executors/gpujs/modes.ts";
import { referenceExecutor } from "../../src/executors/reference/referenceExecutor.ts";
import { wasmExecutor } from "../../src/executors/wasm/wasmExecutor.ts";
import { wgslExecutor } from "../../src/executors/wgsl/wgslExecutor.ts";
import { dawn, NO_DAWN } from "./dawn.ts";

interface TestedBackend {
  readonly backend: string;
  /** Whether this machine lacks it. */
  readonly isMissing: boolean;
  open(): Promise<Executor>;
}

/** Every backend of this machine that has kernels for all ops, and `wgsl`, which may be missing. */
export async function everyBackend(): Promise<TestedBackend[]> {
  const gpu = await dawn();
  if (!gpu) console.log(`wgsl: ${NO_DAWN}`);
  const openWgsl = async () => {
    if (!gpu) throw new Error(NO_DAWN);
    return wgslExecutor({ gpu });
  };
  const modes = await availableModes();
  return [
    ...modes.map((mode) => ({ backend: mode, isMissing: false, open: () => gpujsExecutor({ mode }) })),
    { backend: "wasm", isMissing: false, open: () => wasmExecutor() },
    { backend: "wgsl", isMissing: !gpu, open: openWgsl },
    { backend: "reference", isMissing: false, open: async () => referenceExecutor() },
  ];
}
