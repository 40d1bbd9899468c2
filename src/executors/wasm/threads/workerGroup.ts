import { startThread, type Thread } from "#machine";
import { THREAD_CODE } from "../generated/threadCode.ts";
import type { FromThread, ToThread } from "./stepTable.ts";

/** Threads that start and end together. If one dies, the others are ended too, because they would wait for it forever. */
export class WorkerGroup {
  /** Why the group no longer works; undefined while it does. */
  failure?: string;
  private readonly threads: readonly Thread[];
  private answers: FromThread[] = [];
  private waiting?: { resolve(answers: readonly FromThread[]): void; reject(error: Error): void };
  private readonly opened = new Set<number>();

  /** @throws Error if this machine does not let threads start. */
  static async start(count: number): Promise<WorkerGroup> {
    const group = new WorkerGroup(count);
    await group.answersOfAll();
    group.keepAlive(false);
    return group;
  }

  private constructor(count: number) {
    const started: Thread[] = [];
    this.threads = started;
    try {
      for (let index = 0; index < count; index++) {
        started.push(
          startThread(THREAD_CODE, {
            message: (message) => this.receive(message as FromThread),
            end: (reason) => this.fail(reason),
          }),
        );
      }
    } catch (error) {
      this.fail("the others did not start");
      throw error;
    }
  }

  hasOpened(plan: number): boolean {
    return this.opened.has(plan);
  }

  /** @param messageFor returns the message for the thread with that index. */
  open(plan: number, messageFor: (thread: number) => ToThread): void {
    this.opened.add(plan);
    this.threads.forEach((thread, index) => {
      thread.post(messageFor(index));
    });
  }

  close(plan: number): void {
    if (!this.opened.delete(plan) || this.failure !== undefined) return;
    for (const thread of this.threads) thread.post({ kind: "close", plan } satisfies ToThread);
  }

  /**
   * Lets every thread run the first rows of the plan's step table.
   *
   * @throws Error if a thread dies, once all have ended.
   */
  async run(plan: number, steps: number, timed?: boolean): Promise<readonly FromThread[]> {
    const answers = this.answersOfAll();
    this.keepAlive(true);
    for (const thread of this.threads) thread.post({ kind: "run", plan, steps, timed } satisfies ToThread);
    try {
      return await answers;
    } finally {
      this.keepAlive(false);
    }
  }

  async end(): Promise<void> {
    this.failure ??= "it was ended";
    await Promise.all(this.threads.map((thread) => thread.end()));
  }

  private answersOfAll(): Promise<readonly FromThread[]> {
    if (this.failure !== undefined) return Promise.reject(new Error(this.failure));
    this.answers = [];
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
    });
  }

  private receive(answer: FromThread): void {
    this.answers.push(answer);
    if (this.answers.length === this.threads.length) this.waiting?.resolve(this.answers);
  }

  private fail(reason: string): void {
    if (this.failure !== undefined) return;
    this.failure = reason;
    // Reject only after all have ended: a thread in the middle of a unit still writes to memory that the next run uses.
    const ended = () => this.waiting?.reject(new Error(reason));
    this.end().then(ended, ended);
  }

  private keepAlive(isWorking: boolean): void {
    for (const thread of this.threads) thread.keepAlive(isWorking);
  }
}
