import { memoryLimit } from "#machine";
import { BackendError, MemoryError } from "../../errors.ts";
import type { Graph } from "../../graph/graph.ts";
import type { WasmChoices } from "../../kernels/wasm/kernel.ts";
import { planLayout } from "./planLayout.ts";
import { MAX_PAGES, PAGE_BYTES } from "./wasmModule.ts";

/** The most that WebAssembly can address on any machine. */
export const ADDRESSABLE_BYTES = MAX_PAGES * PAGE_BYTES;

/** Everything that a plan's memory use depends on. */
export interface PlanFacts {
  readonly graph: Graph;
  readonly choices: WasmChoices;
  readonly threads?: number;
}

/**
 * Allocates a plan's memory, all at once; it never grows.
 *
 * @throws MemoryError if the machine does not have that much.
 * @throws BackendError if the machine has enough memory but the process has too little address space.
 */
export function allocateMemory(bytes: number, shared: boolean, facts: PlanFacts): WebAssembly.Memory {
  refuseTooMuch(bytes, facts);
  const pages = Math.ceil(bytes / PAGE_BYTES);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  } catch (error) {
    if (isAmple(bytes)) throw addressError(bytes, error);
    throw memoryError(
      bytes,
      "a system that refuses it: the process may be limited (ulimit -v)",
      facts,
      error,
    );
  }
}

/** If the machine has this many times what was refused, memory is not what is missing. */
const AMPLE_FACTOR = 4;

/** Whether the machine has ample memory for this. Always false in a page, where the amount is unknown. */
function isAmple(bytes: number): boolean {
  return Number.isFinite(memoryLimit()) && bytes < memoryLimit() / AMPLE_FACTOR;
}

/** V8 reserves a range of addresses around each memory, whatever its size, to avoid a check at each access. */
function addressError(bytes: number, cause: unknown): BackendError {
  const limited =
    "the address space of the process may be limited (ulimit -v); V8 reserves 10 GB of it per memory";
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

/** @throws MemoryError if it is more than WebAssembly can address, or than this machine has. */
export function refuseTooMuch(bytes: number, facts: PlanFacts): void {
  if (bytes <= maxBytes()) return;
  const got =
    bytes > ADDRESSABLE_BYTES
      ? `at most ${megabytes(ADDRESSABLE_BYTES)} MB, which is all that WebAssembly can address`
      : `a machine or container with ${megabytes(memoryLimit())} MB`;
  throw memoryError(bytes, got, facts);
}

function maxBytes(): number {
  return Math.min(ADDRESSABLE_BYTES, memoryLimit());
}

function memoryError(bytes: number, got: string, facts: PlanFacts, cause?: unknown): MemoryError {
  const expected = `${megabytes(bytes)} MB of memory for this network at this size`;
  return new MemoryError(
    { where: "backend wasm", expected, got },
    { cause, alternative: lowMemory(bytes, facts) },
  );
}

/** What to suggest besides a smaller input: low memory, if it takes less and is enough. */
function lowMemory(bytes: number, { graph, choices, threads }: PlanFacts): string | undefined {
  const { total } = planLayout(graph, { ...choices, memory: "low" }, threads).bytes;
  if (total > maxBytes() || megabytes(total) >= megabytes(bytes)) return undefined;
  return `memory: "low", which takes ${megabytes(total)} MB`;
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1e6);
}
