/** The page's side of the worker: typed calls that can be given up. */
import type { Answer, Failure, Handlers, ParamsOf, Progress, Request, ResultOf } from "./call.ts";

export interface CallOptions {
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
  /**
   * Calls of the same key follow each other: a new one gives up the one before. Default: the kind of request. Null lets
   * calls of a kind overlap.
   */
  readonly key?: string | null;
}

/** An error in the worker, with the library's own name and sentence. */
class WorkerError extends Error {
  constructor({ name, message, stack }: Failure) {
    super(message);
    this.name = name;
    if (stack) this.stack = stack;
  }
}

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly onProgress?: (progress: Progress) => void;
}

export class WorkerClient<Table extends Handlers> {
  private readonly pending = new Map<number, Pending>();
  private readonly newest = new Map<string, AbortController>();
  private lastId = 0;

  constructor(private readonly worker: Worker) {
    worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => this.receive(data));
    worker.addEventListener("error", (event) => {
      const message = event.message || "the page's worker could not start";
      for (const { reject } of this.pending.values()) reject(new WorkerError({ name: "Error", message }));
      this.pending.clear();
    });
  }

  /**
   * @throws WorkerError for what fails in the worker.
   * @throws DOMException "AbortError" at once if the call is given up, by its signal or by a newer one of its key.
   */
  call<Kind extends keyof Table & string>(
    kind: Kind,
    params: ParamsOf<Table, Kind>,
    { onProgress, signal, key = kind }: CallOptions = {},
  ): Promise<ResultOf<Table, Kind>> {
    const controller = new AbortController();
    if (key !== null) {
      this.newest.get(key)?.abort();
      this.newest.set(key, controller);
    }
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        if (!this.pending.delete(id)) return;
        this.post({ id, abort: true });
        reject(new DOMException("a newer request took its place, or it was canceled", "AbortError"));
      };
      this.pending.set(id, { resolve: resolve as (result: unknown) => void, reject, onProgress });
      this.post({ id, kind, params });
      controller.signal.addEventListener("abort", giveUp);
      signal?.addEventListener("abort", giveUp);
      if (signal?.aborted) giveUp();
    });
  }

  private post(request: Request): void {
    this.worker.postMessage(request);
  }

  private receive(answer: Answer): void {
    const call = this.pending.get(answer.id);
    if (!call) return;
    if ("progress" in answer) {
      call.onProgress?.(answer.progress);
      return;
    }
    this.pending.delete(answer.id);
    if ("error" in answer) call.reject(new WorkerError(answer.error));
    else call.resolve(answer.result);
  }
}

/** Whether a call ended because nobody wanted its answer any more. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
