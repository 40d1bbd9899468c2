/** The page's side of the worker: typed calls that can be given up, and a new worker in place of one that is stuck or dead. */
import type {
  Answer,
  CallRequest,
  Failure,
  Handlers,
  ParamsOf,
  Progress,
  Request,
  ResultOf,
} from "./call.ts";

export interface CallOptions {
  readonly onProgress?: (progress: Progress) => void;
  /** With `CANCELED` as the reason of its abort, the worker is replaced unless it soon ends the call. */
  readonly signal?: AbortSignal;
  /**
   * Calls of the same key follow each other: a new one gives up the one before. Default: the kind of request. Null lets
   * calls of a kind overlap.
   */
  readonly key?: string | null;
  /** Moves these to the worker instead of copying them. A worker that takes its place cannot get them again. */
  readonly transfer?: readonly Transferable[];
  /** Whether later calls need what this one tells: each new worker is told it first. */
  readonly lasting?: boolean;
}

/** The reason of an abort that the user asked for, rather than of one that a newer request brings about. */
export const CANCELED = new DOMException("it was canceled", "AbortError");

/** How long a worker may take after a cancel, in milliseconds: to listen at all, and to end the call. */
const PATIENCE = { listens: 300, ends: 2000 };

/** An error in the worker, with the library's own name and sentence. */
export class WorkerError extends Error {
  readonly lacksMemory: boolean;

  constructor({ name, message, stack, lacksMemory = false }: Failure) {
    super(message);
    this.name = name;
    this.lacksMemory = lacksMemory;
    if (stack) this.stack = stack;
  }
}

interface Pending {
  readonly request: CallRequest;
  readonly transfer?: readonly Transferable[];
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly onProgress?: (progress: Progress) => void;
  /** Whether a worker has died of it, or of another call at the same time. */
  survived?: boolean;
}

export class WorkerClient<Table extends Handlers> {
  private worker?: Worker;
  /** Whether the worker has ever answered: one that has not could not start. */
  private hasAnswered = false;
  private readonly lasting: CallRequest[] = [];
  private readonly pending = new Map<number, Pending>();
  /** By the number of a ping, or of a call that was given up. */
  private readonly awaited = new Map<number, () => void>();
  private readonly newest = new Map<string, AbortController>();
  private lastId = 0;

  /** @param onDeath is told in words why a worker died, once another is in its place. */
  constructor(
    private readonly start: () => Worker,
    private readonly onDeath: (why: string) => void,
  ) {}

  /**
   * @throws WorkerError for what fails in the worker.
   * @throws DOMException "AbortError" at once if the call is given up, by its signal or by a newer one of its key.
   */
  call<Kind extends keyof Table & string>(
    kind: Kind,
    params: ParamsOf<Table, Kind>,
    { onProgress, signal, key = kind, transfer, lasting = false }: CallOptions = {},
  ): Promise<ResultOf<Table, Kind>> {
    const controller = new AbortController();
    if (key !== null) {
      this.newest.get(key)?.abort();
      this.newest.set(key, controller);
    }
    const request = { id: ++this.lastId, kind, params };
    const { id } = request;
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        if (!this.pending.delete(id)) return;
        this.post({ id, abort: true });
        reject(givenUp());
        if (signal?.reason === CANCELED) void this.replaceUnlessEnded(id);
      };
      this.pending.set(id, {
        request,
        transfer,
        resolve: resolve as (result: unknown) => void,
        reject,
        onProgress,
      });
      this.post(request, transfer);
      if (lasting) this.lasting.push(request);
      controller.signal.addEventListener("abort", giveUp);
      signal?.addEventListener("abort", giveUp);
      if (signal?.aborted) giveUp();
    });
  }

  private post(request: Request, transfer: readonly Transferable[] = []): void {
    this.worker ??= this.open();
    this.worker.postMessage(request, [...transfer]);
  }

  private open(): Worker {
    const worker = this.start();
    this.hasAnswered = false;
    worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
      if (worker === this.worker) this.receive(data);
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      if (worker === this.worker) this.bury(event.message);
    });
    for (const request of this.lasting) worker.postMessage(request);
    return worker;
  }

  private receive(answer: Answer): void {
    this.hasAnswered = true;
    if (!("progress" in answer)) this.awaited.get(answer.id)?.();
    const call = this.pending.get(answer.id);
    if (!call || "pong" in answer) return;
    if ("progress" in answer) {
      call.onProgress?.(answer.progress);
      return;
    }
    this.pending.delete(answer.id);
    if ("error" in answer) call.reject(new WorkerError(answer.error));
    else call.resolve(answer.result);
  }

  /** A worker that computes without a pause hears of no cancel. */
  private async replaceUnlessEnded(id: number): Promise<void> {
    const { worker } = this;
    const ping = ++this.lastId;
    this.post({ id: ping, ping: true });
    const ended = this.answerTo(id);
    const heard = Promise.race([ended, this.answerTo(ping)]);
    const isFree = (await within(PATIENCE.listens, heard)) && (await within(PATIENCE.ends, ended));
    this.awaited.delete(id);
    this.awaited.delete(ping);
    if (!isFree && worker === this.worker) this.replace();
  }

  private answerTo(id: number): Promise<void> {
    return new Promise((resolve) => this.awaited.set(id, resolve));
  }

  /** Ends the worker with all that it holds. Another is told what lasts, and gets the calls that wait. */
  private replace(): void {
    this.worker?.terminate();
    this.worker = undefined;
    const waiting = [...this.pending.values()];
    if (waiting.length > 0) this.worker = this.open();
    for (const { request, transfer, reject } of waiting) {
      if (!transfer) {
        if (!this.lasting.includes(request)) this.post(request);
        continue;
      }
      this.pending.delete(request.id);
      reject(givenUp());
    }
  }

  /** Calls go to another worker, but those that waited when one died before fail: one of them may be the reason. */
  private bury(message: string): void {
    const got = message.replace(/^Uncaught /, "") || "one that cannot be started";
    const why = `the page's worker: expected one that goes on, got ${got}.`;
    const canStart = this.hasAnswered;
    for (const call of [...this.pending.values()]) {
      const isHarmless = !call.survived || this.lasting.includes(call.request);
      call.survived = true;
      if (canStart && isHarmless) continue;
      this.pending.delete(call.request.id);
      const lacksMemory = /memory/i.test(message);
      call.reject(new WorkerError({ name: "WorkerError", message: `${why} Run it again.`, lacksMemory }));
    }
    this.replace();
    if (canStart) this.onDeath(`${why} Another has taken its place.`);
  }
}

function givenUp(): DOMException {
  return new DOMException("a newer request took its place, or it was canceled", "AbortError");
}

function within(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), milliseconds);
    void work.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/** Whether a call ended because nobody wanted its answer any more. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
