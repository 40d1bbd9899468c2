import { coreCount, whyNoSharedMemory } from "#machine";
import { BackendError } from "../../../errors.ts";
import { WASM_CALLS, type WasmFunction } from "../../../kernels/wasm/kernel.ts";
import { layerFault, type Runner, type RunStep } from "../runner.ts";
import {
  type FromThread,
  newStepTable,
  type OpenPlan,
  type StepTable,
  stopSteps,
  writeSteps,
} from "./stepTable.ts";
import { WorkerGroup } from "./workerGroup.ts";

/** The module's functions; a step table refers to them by index. */
const FUNCTIONS = Object.keys(WASM_CALLS) as readonly WasmFunction[];

/** What threads need to know about a plan. */
export interface SharedPlan {
  readonly module: WebAssembly.Module;
  /** Shared memory. */
  readonly memory: WebAssembly.Memory;
  /** One address per thread. */
  readonly scratch: readonly number[];
  /** The maximum number of steps in a run. */
  readonly steps: number;
}

/**
 * The threads of an executor. A run begins with a message to each thread and ends with one from each. The calling
 * thread awaits these, because a page's main thread must never block. If a thread dies, the current run fails and the
 * next one starts new threads.
 */
export class ThreadPool {
  private plans = 0;
  /** Runs are queued, because they share the threads. */
  private queue: Promise<unknown> = Promise.resolve();

  /** @throws Error if this machine does not let threads start. */
  static async start(count: number): Promise<ThreadPool> {
    return new ThreadPool(count, await WorkerGroup.start(count));
  }

  private constructor(
    readonly count: number,
    private workers: WorkerGroup,
  ) {}

  runner(plan: SharedPlan): Runner {
    const id = this.plans++;
    const table = newStepTable(plan.steps);
    return {
      run: (steps, signal, times) => {
        const queued = this.queue.then(() => this.run({ id, plan, table }, steps, signal, times));
        this.queue = queued.catch(() => {});
        return queued;
      },
      close: () => this.workers.close(id),
    };
  }

  async dispose(): Promise<void> {
    await this.queue;
    await this.workers.end();
  }

  private async newWorkers(): Promise<WorkerGroup> {
    try {
      return await WorkerGroup.start(this.count);
    } catch (error) {
      throw lostThread(error);
    }
  }

  private async run(
    { id, plan, table }: { id: number; plan: SharedPlan; table: StepTable },
    steps: readonly RunStep[],
    signal: AbortSignal | undefined,
    times: number[] | undefined,
  ): Promise<void> {
    if (this.workers.failure !== undefined) this.workers = await this.newWorkers();
    signal?.throwIfAborted(); // an abort from here on reaches `stop`
    if (!this.workers.hasOpened(id)) this.workers.open(id, (thread) => openMessage(id, plan, table, thread));
    writeSteps(table, steps, { functions: FUNCTIONS, threads: this.count });
    const stop = () => stopSteps(table);
    signal?.addEventListener("abort", stop, { once: true });
    try {
      const answers = await this.workers.run(id, steps.length, times !== undefined);
      const failure = answers.find((answer) => answer.failure)?.failure;
      if (failure) throw layerFault(steps[failure.step].layer, failure.message);
      times?.push(...longest(answers, steps.length));
    } catch (error) {
      if (error instanceof BackendError) throw error;
      throw lostThread(error);
    } finally {
      signal?.removeEventListener("abort", stop);
    }
    signal?.throwIfAborted();
  }
}

/** Of each step. A thread that starts late finds steps ended already, so that it took no time for them. */
function longest(answers: readonly FromThread[], steps: number): number[] {
  return Array.from({ length: steps }, (_, step) =>
    Math.max(...answers.map(({ times }) => times?.[step] ?? 0)),
  );
}

function openMessage(id: number, plan: SharedPlan, table: StepTable, thread: number): OpenPlan {
  const { module, memory, scratch } = plan;
  return { kind: "open", plan: id, module, memory, table, functions: FUNCTIONS, scratch: scratch[thread] };
}

function lostThread(error: unknown): BackendError {
  const reason = error instanceof Error ? error.message : String(error);
  return new BackendError(
    {
      where: "backend wasm",
      expected: "its threads to run to the end",
      got: `one that died (${reason})`,
      hint: "The next call starts new ones.",
    },
    { cause: error },
  );
}

/** With more threads, most layers have too few units to gain much. The option `threads` may ask for more. */
const MAX_BY_DEFAULT = 8;

export interface Threads {
  /** Absent if the calling thread computes alone. */
  readonly pool?: ThreadPool;
  /** Why there is only one thread although more were wanted. */
  readonly note?: string;
}

/** One thread per core, at most 8. */
export function defaultThreads(): number {
  return Math.min(coreCount(), MAX_BY_DEFAULT);
}

/** Whether `startThreads` will try to start threads. */
export function wantsThreads(wanted = defaultThreads()): boolean {
  return wanted > 1 && whyNoSharedMemory() === undefined;
}

/** Starts threads, by default one per core. If that fails, there is no pool and `note` says why. */
export async function startThreads(wanted?: number): Promise<Threads> {
  const count = wanted ?? defaultThreads();
  if (count === 1) return {};
  const obstacle = whyNoSharedMemory();
  if (obstacle !== undefined) return { note: `wasm runs on one thread: ${obstacle}` };
  try {
    return { pool: await ThreadPool.start(count) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { note: `wasm runs on one thread: no others can be started here (${reason})` };
  }
}
