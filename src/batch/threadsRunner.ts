/** Several images at once, each on a thread with a detector of its own. */
import { BackendError, ImageError } from "../errors.ts";
import { geometryFrom } from "../image/geometry.ts";
import { nameOfSource, readImageSource } from "../imageSources/readImageSource.ts";
import { abortable } from "../support/abortable.ts";
import type { ImageRunner, RunImage } from "./imageRunner.ts";
import { ImageThread, ThreadLost } from "./imageThread.ts";
import type { Answers, Calls, PortableOptions } from "./messages.ts";
import { portableChoice, portableImage } from "./portable.ts";

/** The model's name and options that each thread loads. */
export interface DetectorRecipe {
  readonly name?: string;
  readonly options: PortableOptions;
}

/** While a thread works on an image, its next one waits there, so that it never waits for the calling thread. */
const IMAGES_PER_THREAD = 2;

export class ThreadsRunner implements ImageRunner {
  readonly ahead: number;
  private readonly threads: ImageThread[] = [];
  private ended = false;
  private readonly loading = new WeakMap<ImageThread, Promise<unknown>>();

  /** Starts the threads; they load while the first images are read. */
  constructor(
    count: number,
    private readonly recipe: DetectorRecipe,
  ) {
    this.ahead = count * IMAGES_PER_THREAD;
    for (let i = 0; i < count; i++) this.threads.push(this.open());
  }

  async run(
    source: Parameters<ImageRunner["run"]>[0],
    options: Parameters<ImageRunner["run"]>[1],
    wanted: Parameters<ImageRunner["run"]>[2],
  ): Promise<RunImage> {
    const { where = nameOfSource(source), signal } = options;
    const image = portableImage(source) ?? (await readImageSource(source, where, signal));
    const call = { image, options: { ...portableChoice(options), where }, wanted };
    const { result, drawing } = await abortable(this.call(call), signal);
    return { result: { ...result, geometry: geometryFrom(result.geometry) }, drawing };
  }

  async end(): Promise<void> {
    this.ended = true;
    await Promise.all(this.threads.map((thread) => thread.end()));
  }

  private async call(call: Calls["detect"]): Promise<Answers["detect"]> {
    const thread = await this.leastBusy();
    try {
      const answer = thread.call("detect", call);
      // The image waits on the thread while it loads.
      const [value] = await Promise.all([answer, this.loading.get(thread)]);
      return value;
    } catch (error) {
      if (error instanceof ThreadLost && !this.ended) return this.again(call);
      throw error;
    }
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
      throw lostThread(error);
    }
    const loaded = thread.call("load", this.recipe);
    loaded.catch(() => {});
    this.loading.set(thread, loaded);
    return thread;
  }

  /** A thread that dies takes all of its images with it; each has a second chance, on a thread for it alone. */
  private async again(call: Calls["detect"]): Promise<Answers["detect"]> {
    const thread = this.open();
    try {
      await this.loading.get(thread)?.catch((error: unknown) => {
        throw error instanceof ThreadLost ? lostThread(error) : error;
      });
      return await thread.call("detect", call);
    } catch (error) {
      if (!(error instanceof ThreadLost)) throw error;
      const where = call.options.where ?? "image";
      const expected = "an image that a thread of its own can hold";
      throw new ImageError({ where, expected, got: error.message }, { cause: error });
    } finally {
      await thread.end();
    }
  }
}

function lostThread(cause: unknown): BackendError {
  const got = cause instanceof Error ? cause.message : String(cause);
  const hint = "Run one image at a time (workers: 1).";
  return new BackendError({ where: "workers", expected: "threads that start", got, hint }, { cause });
}
