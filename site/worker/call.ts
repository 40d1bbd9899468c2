/** Messages between the page and its worker. A handler's name, parameters and result are the whole protocol of a request. */

import { inPageWords } from "./sentences.ts";

/** What a handler may use of the call that it answers. */
export interface Call {
  /** Aborted once the page no longer wants the answer. */
  readonly signal: AbortSignal;
  /** Resolves once the call has been answered: with the error if there was one. */
  readonly ended: Promise<unknown>;
  /** Tells the page how far the work is. */
  progress(progress: Progress): void;
  /** Moves these to the page with the answer instead of copying them; here they are gone then. */
  transfer(...items: Transferable[]): void;
}

export interface Progress {
  /** What goes on: `downloading weights`, `layer backbone.block4.add`. */
  readonly text: string;
  /** Absent if nobody knows how much there is. */
  readonly fraction?: number;
  /** What there is to show already: `tap` and the like. */
  readonly data?: unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: each handler has its own parameters and result.
export type Handlers = Readonly<Record<string, (params: any, call: Call) => unknown>>;
export type ParamsOf<Table extends Handlers, Kind extends keyof Table> = Parameters<Table[Kind]>[0];
export type ResultOf<Table extends Handlers, Kind extends keyof Table> = Awaited<ReturnType<Table[Kind]>>;

export interface CallRequest {
  readonly id: number;
  readonly kind: string;
  readonly params: unknown;
}

/** From the page. */
export type Request =
  | CallRequest
  | { readonly id: number; readonly abort: true }
  /** Asks whether the worker can listen. */
  | { readonly id: number; readonly ping: true };

/** From the worker. The last one of a call has a result or an error. */
export type Answer =
  | { readonly id: number; readonly pong: true }
  | { readonly id: number; readonly progress: Progress }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: Failure };

/** What is left of an error on its way to the page. */
export interface Failure {
  readonly name: string;
  /** The library's own sentence. */
  readonly message: string;
  /** For an error that is none of the library's, where it came from. */
  readonly stack?: string;
  /** Whether memory did not suffice. */
  readonly lacksMemory?: boolean;
}

/** What is used of a worker's global scope, whose types exclude those of a page. */
export interface Scope {
  addEventListener(type: "message", listener: (event: MessageEvent<Request>) => void): void;
  postMessage(answer: Answer, transfer: Transferable[]): void;
}

/** Answers the page's requests. Calls may overlap. */
export function answerRequests(scope: Scope, handlers: Handlers): void {
  const running = new Map<number, AbortController>();
  const post = (answer: Answer, transfer: Transferable[] = []) => scope.postMessage(answer, transfer);
  scope.addEventListener("message", async ({ data }) => {
    const { id } = data;
    if ("ping" in data) return post({ id, pong: true });
    if ("abort" in data) return running.get(id)?.abort();
    const controller = new AbortController();
    running.set(id, controller);
    const items: Transferable[] = [];
    let end: (error: unknown) => void = () => {};
    let failed: unknown;
    const call: Call = {
      signal: controller.signal,
      ended: new Promise((resolve) => {
        end = resolve;
      }),
      progress: (progress) => {
        if (!controller.signal.aborted) post({ id, progress });
      },
      transfer: (...more) => items.push(...more),
    };
    try {
      const result = await handlers[data.kind](data.params, call);
      post({ id, result }, items);
    } catch (error) {
      failed = error;
      post({ id, error: failureOf(error) });
    } finally {
      running.delete(id);
      end(failed);
    }
  });
}

/** Handlers whose code is fetched when one of them is first asked for. `names` has all of them. */
export function fetched<Table extends Handlers>(
  names: Readonly<Record<keyof Table, true>>,
  fetchTable: () => Promise<Table>,
): Table {
  const handlers = Object.keys(names).map((name): [string, Handlers[string]] => [
    name,
    async (params, call) => {
      const table = await fetchTable();
      call.signal.throwIfAborted();
      return table[name](params, call);
    },
  ]);
  return Object.fromEntries(handlers) as Table;
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error || error instanceof DOMException)) {
    return { name: "Error", message: String(error) };
  }
  const { name, message: sentence, stack } = error;
  const message = "fault" in error ? inPageWords({ message: sentence, fault: error.fault }) : sentence;
  // The library's error for a lack of memory alone has an alternative to offer.
  const lacksMemory = "alternative" in error || /allocation failed|out of memory/i.test(message);
  return { name, message, ...(!("fault" in error) && { stack }), ...(lacksMemory && { lacksMemory }) };
}
