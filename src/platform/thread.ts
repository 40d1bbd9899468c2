/** A Worker of Node or of a browser, as far as both are alike. */
export interface Thread {
  post(message: unknown): void;
  /** Whether the process may not end by itself now. Pages end when they are left. */
  keepAlive(isWorking: boolean): void;
  end(): Promise<void>;
}

/**
 * Starts a thread from a script's text that defines `thread.serve(port)`.
 *
 * @throws Error where threads are forbidden; some browsers call `end` instead.
 */
export type StartThread = (
  code: string,
  handlers: {
    message(message: unknown): void;
    /** It died, or was ended; may be called more than once. */
    end(reason: string): void;
  },
) => Thread;
