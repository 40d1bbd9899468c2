import { BackendError } from "../../../errors.ts";
import { WASM_CALLS, type WasmFunction } from "../../../kernels/wasm/kernel.ts";
import { layerFault, type Runner, type RunStep } from "../runner.ts";
import { newStepTable, type OpenPlan, type StepTable, stopSteps, writeSteps } from "./stepTable.ts";
import { WorkerGroup } from "./workerGroup.ts";

/** In the order in which step tables number them. */
const FUNCTIONS = Object.keys(WASM_CALLS) as readonly WasmFunction[];

/** What threads need to know of a plan. */
export interface SharedPlan {
  readonly module: WebAssembly.Module;
  /** Shared. */
  readonly memory: WebAssembly.Memory;
  /** One for each thread. */
  readonly scratch: readonly number[];
  /** At most so many in one run. */
  readonly steps: number;
}

/**
 * The threads of an executor. A run begins with a message to each and ends with one from each; the thread that
 * asks for it, which in a page must never block, awaits them. After a thread has died, the run under way fails
 * and the next one starts new threads.
 */
export class ThreadPool {
  private plans = 0;
  /** Runs queue here: they share the threads. */
  private queue: Promise<unknown> = Promise.resolve();

  /** @throws Error where this machine does not let threads start. */
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
      run: (steps, signal) => {
        const queued = this.queue.then(() => this.run(id, plan, table, steps, signal));
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
    id: number,
    plan: SharedPlan,
    table: StepTable,
    steps: readonly RunStep[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (this.workers.broken !== undefined) this.workers = await this.newWorkers();
    signal?.throwIfAborted(); // from here on, what aborts it is heard
    if (!this.workers.knows(id)) this.workers.open(id, (thread) => openMessage(id, plan, table, thread));
    writeSteps(
      table,
      steps.map((step) => ({ ...step, function: FUNCTIONS.indexOf(step.function) })),
    );
    const stop = () => stopSteps(table);
    signal?.addEventListener("abort", stop, { once: true });
    try {
      const answers = await this.workers.run(id, steps.length);
      const failure = answers.find((answer) => answer.failure)?.failure;
      if (failure) throw layerFault(steps[failure.step].layer, failure.message);
    } catch (error) {
      if (error instanceof BackendError) throw error;
      throw lostThread(error);
    } finally {
      signal?.removeEventListener("abort", stop);
    }
    signal?.throwIfAborted();
  }
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
