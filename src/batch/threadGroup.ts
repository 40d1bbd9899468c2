import { BackendError, ImageError } from "../errors.ts";
import { ImageThread, ThreadLost } from "./imageThread.ts";
import type { Answers, Calls, DetectorRecipe, Kind } from "./messages.ts";

/**
 * Threads that work on images, each call on the one with the fewest. A thread that dies takes all of its calls with it: each
 * has a second chance, on a thread for it alone, and another thread takes the place of the dead one.
 */
export class ThreadGroup {
  private readonly threads: ImageThread[] = [];
  private readonly loading = new WeakMap<ImageThread, Promise<unknown>>();
  private ended = false;

  /**
   * Starts the threads. With a recipe each loads a detector, while its first calls wait.
   *
   * @throws BackendError if they cannot be started.
   */
  constructor(
    count: number,
    private readonly recipe?: DetectorRecipe,
  ) {
    this.grow(count);
  }

  get count(): number {
    return this.threads.length;
  }

  /** Starts threads until there are so many. @throws as the constructor. */
  grow(count: number): void {
    while (this.threads.length < count) this.threads.push(this.open());
  }

  /**
   * @param image what an error calls it.
   * @throws ImageError if threads die of it.
   * @throws BackendError if threads die while they load.
   * @throws ThreadLost once the group has ended.
   * @throws what the thread throws.
   */
  async call<K extends Kind>(kind: K, payload: Calls[K], image: string): Promise<Answers[K]> {
    const thread = await this.leastBusy();
    try {
      const [answer] = await Promise.all([thread.call(kind, payload), this.loading.get(thread)]);
      return answer;
    } catch (error) {
      if (error instanceof ThreadLost && !this.ended) return this.again(kind, payload, image);
      throw error;
    }
  }

  /** Ends the threads, whatever they are doing. */
  async end(): Promise<void> {
    this.ended = true;
    await Promise.all(this.threads.map((thread) => thread.end()));
  }

  private async leastBusy(): Promise<ImageThread> {
    for (const [i, thread] of this.threads.entries()) {
      if (!thread.isLost || this.ended) continue;
      this.threads[i] = this.open();
      await thread.end();
    }
    return this.threads.reduce((best, thread) => (thread.pending < best.pending ? thread : best));
  }

  private open(): ImageThread {
    let thread: ImageThread;
    try {
      thread = new ImageThread();
    } catch (error) {
      throw cannotStart(error);
    }
    const loaded = this.recipe && thread.call("load", this.recipe);
    if (loaded) {
      loaded.catch(() => {});
      this.loading.set(thread, loaded);
    }
    return thread;
  }

  private async again<K extends Kind>(kind: K, payload: Calls[K], image: string): Promise<Answers[K]> {
    const thread = this.open();
    try {
      await this.loading.get(thread)?.catch((error: unknown) => {
        throw error instanceof ThreadLost ? cannotStart(error) : error;
      });
      return await thread.call(kind, payload);
    } catch (error) {
      if (!(error instanceof ThreadLost)) throw error;
      const expected = "an image that a thread of its own can hold";
      throw new ImageError({ where: image, expected, got: error.message }, { cause: error });
    } finally {
      await thread.end();
    }
  }
}

function cannotStart(cause: unknown): BackendError {
  const got = cause instanceof Error ? cause.message : String(cause);
  const hint = "Run one image at a time (workers: 1).";
  return new BackendError({ where: "workers", expected: "threads that start", got, hint }, { cause });
}
