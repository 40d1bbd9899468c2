import { coreCount, whyNoSharedMemory } from "#machine";
import { ThreadPool } from "./threadPool.ts";

/** Beyond this, layers have too few units for threads to gain much; `threads` asks for more. */
const MAX_BY_DEFAULT = 8;

export interface Threads {
  /** Absent where the calling thread computes alone. */
  readonly pool?: ThreadPool;
  /** Why there are not several, where that was wanted. */
  readonly note?: string;
}

/** One a core, as far as that pays. */
export function defaultThreads(): number {
  return Math.min(coreCount(), MAX_BY_DEFAULT);
}

/** Whether `startThreads` will try to start some. */
export function wantsThreads(wanted = defaultThreads()): boolean {
  return wanted > 1 && whyNoSharedMemory() === undefined;
}

/** As many threads as wanted, by default one a core; where they cannot be had, none, and a note that says why. */
export async function startThreads(wanted?: number): Promise<Threads> {
  const count = wanted ?? defaultThreads();
  if (count === 1) return {};
  const obstacle = whyNoSharedMemory();
  if (obstacle !== undefined) return { note: `wasm runs on one thread: ${obstacle}` };
  try {
    return { pool: await ThreadPool.start(count) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { note: `wasm runs on one thread: others do not start here (${reason})` };
  }
}
