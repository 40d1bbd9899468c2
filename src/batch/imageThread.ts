import { startImageThread, type Thread } from "#machine";
import type { Answers, Calls, FromImageThread, Kind, ToImageThread } from "./messages.ts";
import { unpackError } from "./packedError.ts";

/** The thread has died: out of memory, or ended by someone else. */
export class ThreadLost extends Error {
  override readonly name = "ThreadLost";
}

interface Waiting {
  resolve(value: Answers[Kind]): void;
  reject(error: Error): void;
}

/** The calling side of a thread that works on images. It keeps the process alive only while it is called. */
export class ImageThread {
  private readonly thread: Thread;
  private readonly waiting = new Map<number, Waiting>();
  private calls = 0;
  private lost?: string;

  /** @throws Error if no thread can be started here. */
  constructor() {
    this.thread = startImageThread({
      message: (message) => this.receive(message as FromImageThread),
      end: (reason) => this.lose(reason),
    });
    this.thread.keepAlive(false);
  }

  /** How many calls have not been answered. */
  get pending(): number {
    return this.waiting.size;
  }

  get isLost(): boolean {
    return this.lost !== undefined;
  }

  /**
   * @throws ThreadLost if the thread has died, or dies before it answers.
   * @throws what the thread throws, as the error that it is.
   */
  call<K extends Kind>(kind: K, payload: Calls[K]): Promise<Answers[K]> {
    if (this.lost !== undefined) return Promise.reject(new ThreadLost(this.lost));
    const call = this.calls++;
    const answer = new Promise<Answers[Kind]>((resolve, reject) => {
      this.waiting.set(call, { resolve, reject });
    });
    this.thread.keepAlive(true);
    this.thread.post({ kind, call, ...payload } as ToImageThread);
    return answer as Promise<Answers[K]>;
  }

  /** Ends the thread, whatever it is doing. */
  async end(): Promise<void> {
    this.lose("it was ended");
    await this.thread.end();
  }

  private receive(message: FromImageThread): void {
    const waiting = this.waiting.get(message.call);
    this.waiting.delete(message.call);
    // While it ends, an answer that was under way must not let the process go before that is done.
    if (this.waiting.size === 0 && !this.isLost) this.thread.keepAlive(false);
    if ("error" in message) waiting?.reject(unpackError(message.error));
    else waiting?.resolve(message.value);
  }

  private lose(reason: string): void {
    this.lost ??= reason;
    for (const { reject } of this.waiting.values()) reject(new ThreadLost(this.lost));
    this.waiting.clear();
  }
}
