/** Backend `auto`: the best of this machine's backends that works. */
import { mayHaveGpu } from "#machineGpu";
import type { Executor } from "../backend/executor.ts";
import { BackendError } from "../errors.ts";
import { adapterName, isSoftware, isSoftwareName, webgl2Renderer } from "./adapters.ts";
import { availableModes, type GpujsMode } from "./gpujs/modes.ts";
import type { GpuAdapter } from "./wgsl/device/webgpu.ts";

interface Candidate {
  readonly backend: "wgsl" | "wasm" | GpujsMode;
  /** Of a backend on a GPU. */
  readonly adapter?: string;
}

/**
 * Opens `wgsl` on a real GPU, else `wasm`, else what gpu.js has. A software adapter computes on the processor, where
 * `wasm` is a hundred times as fast, so it is never taken. `details.note` says what was passed over, and why.
 *
 * @throws BackendError if none works: that of `wasm`, which is the easiest to put right.
 */
export async function bestExecutor(
  open: (backend: Candidate["backend"]) => Promise<Executor>,
): Promise<Executor> {
  const notes: string[] = [];
  let failure: BackendError | undefined;
  for await (const { backend, adapter } of candidates(notes)) {
    try {
      return withNotes(await open(backend), notes);
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      notes.push(`${adapter ?? backend} is not used: ${error.message}`);
      if (backend !== "wgsl") failure ??= error;
    }
  }
  const none = { where: "backend auto", expected: "one that this machine has", got: "none" };
  throw failure ?? new BackendError(none);
}

/** Best first. What comes after `wasm` is looked for only when `wasm` has failed: gpu.js is most of this package. */
async function* candidates(notes: string[]): AsyncGenerator<Candidate> {
  const found = mayHaveGpu() ? await fastestAdapter() : undefined;
  const adapter = found && adapterName(found);
  const hasGpu = found !== undefined && !isSoftware(found);
  if (hasGpu) yield { backend: "wgsl", adapter };
  else if (adapter)
    notes.push(`${adapter} is not used: it is a software adapter, which computes on the processor.`);
  yield { backend: "wasm" };
  const renderer = webgl2Renderer();
  for (const backend of await availableModes()) {
    if (backend === "webgpu") {
      if (hasGpu) yield { backend, adapter };
    } else if (backend === "webgl2") {
      if (renderer && !isSoftwareName(renderer)) yield { backend, adapter: renderer };
    } else yield { backend };
  }
}

async function fastestAdapter(): Promise<GpuAdapter | undefined> {
  const device = await import("./wgsl/device/openDevice.ts");
  return device.fastestAdapter();
}

function withNotes(executor: Executor, notes: readonly string[]): Executor {
  if (notes.length === 0) return executor;
  const own = executor.details.note;
  const note = [...notes, ...(own ? [own] : [])].join(" ");
  return { ...executor, details: { ...executor.details, note } };
}
