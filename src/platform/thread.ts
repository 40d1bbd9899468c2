/** What Workers in Node and in browsers have in common. */
export interface Thread {
  post(message: unknown): void;
  /** Whether the thread keeps the process alive. Has no effect in browsers. */
  keepAlive(isWorking: boolean): void;
  end(): Promise<void>;
}

/**
 * Starts a thread from a script's text that defines `thread.serve(port)`.
 *
 * @throws Error if threads are forbidden; some browsers call `end` instead.
 */
export type StartThread = (code: string, handlers: ThreadHandlers) => Thread;

export interface ThreadHandlers {
  message(message: unknown): void;
  /** Called when the thread has died or was ended; possibly more than once. */
  end(reason: string): void;
}
