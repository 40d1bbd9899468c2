import { memoryLimit } from "#machine";
import { BackendError, MemoryError } from "../../errors.ts";
import type { Graph } from "../../graph/graph.ts";
import type { WasmChoices } from "../../kernels/wasm/kernel.ts";
import { planLayout } from "./planLayout.ts";
import { MAX_PAGES, PAGE_BYTES } from "./wasmModule.ts";

/** All that WebAssembly can address, on any machine. */
export const ADDRESSABLE_BYTES = MAX_PAGES * PAGE_BYTES;

/** A network and how it is to be run, which is all that a plan's memory depends on. */
export interface PlanFacts {
  readonly graph: Graph;
  readonly choices: WasmChoices;
  readonly threads?: number;
}

/**
 * The memory of a plan that takes so many bytes, all of it at once: it never grows.
 *
 * @throws MemoryError where it is more than the machine has, before anything is computed.
 * @throws BackendError where the machine has it and the process has not the addresses.
 */
export function allocateMemory(bytes: number, shared: boolean, facts: PlanFacts): WebAssembly.Memory {
  refuseTooMuch(bytes, facts);
  const pages = Math.ceil(bytes / PAGE_BYTES);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  } catch (error) {
    if (isLittle(bytes)) throw addressError(bytes, error);
    throw memoryError(
      bytes,
      "a system that refuses it: the process may be limited (ulimit -v)",
      facts,
      error,
    );
  }
}

/** A machine that has so many times what is refused does not lack memory. */
const MANY_TIMES = 4;

/** Never of a page, which is not told how much there is. */
function isLittle(bytes: number): boolean {
  return Number.isFinite(memoryLimit()) && bytes < memoryLimit() / MANY_TIMES;
}

/** V8 reserves a range of addresses around each memory, whatever its size, so that it need not check each access. */
function addressError(bytes: number, cause: unknown): BackendError {
  const limited =
    "the process's addresses may be limited (ulimit -v), of which V8 reserves 10 GB for each memory";
  return new BackendError(
    {
      where: "backend wasm",
      expected: `${megabytes(bytes)} MB of memory`,
      got: `a system that refuses it: ${limited}`,
      hint: "Raise that limit, run node --disable-wasm-trap-handler, or choose another backend, such as cpu.",
    },
    { cause },
  );
}

/** @throws MemoryError for more than WebAssembly can have on any machine, or this machine at all. */
export function refuseTooMuch(bytes: number, facts: PlanFacts): void {
  if (bytes <= mostBytes()) return;
  const got =
    bytes > ADDRESSABLE_BYTES
      ? `at most ${megabytes(ADDRESSABLE_BYTES)} MB, which is all that WebAssembly can address`
      : `a machine or container with ${megabytes(memoryLimit())} MB`;
  throw memoryError(bytes, got, facts);
}

function mostBytes(): number {
  return Math.min(ADDRESSABLE_BYTES, memoryLimit());
}

function memoryError(bytes: number, got: string, facts: PlanFacts, cause?: unknown): MemoryError {
  const expected = `${megabytes(bytes)} MB of memory for this network at this size`;
  return new MemoryError(
    { where: "backend wasm", expected, got },
    { cause, alternative: lowMemory(bytes, facts) },
  );
}

/** What may be done but choosing a smaller size, where it helps and is enough. */
function lowMemory(bytes: number, { graph, choices, threads }: PlanFacts): string | undefined {
  const { total } = planLayout(graph, { ...choices, memory: "low" }, threads).bytes;
  if (total > mostBytes() || megabytes(total) >= megabytes(bytes)) return undefined;
  return `memory: "low" (on the command line --low-memory), which takes ${megabytes(total)} MB`;
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1e6);
}
