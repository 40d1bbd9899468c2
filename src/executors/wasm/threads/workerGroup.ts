import { startThread, type Thread } from "#machine";
import { THREAD_CODE } from "../generated/threadCode.ts";
import type { FromThread, ToThread } from "./stepTable.ts";

/** Threads that start together and end together: where one dies, the others are ended, since they wait for it. */
export class WorkerGroup {
  /** How a thread died. */
  broken?: string;
  private readonly threads: readonly Thread[];
  private answers: FromThread[] = [];
  private waiting?: { resolve(answers: readonly FromThread[]): void; reject(error: Error): void };
  private readonly opened = new Set<number>();

  /** @throws Error, at once or from the promise, where this machine does not let threads start. */
  static async start(count: number): Promise<WorkerGroup> {
    const crew = new WorkerGroup(count);
    await crew.answersOfAll();
    crew.keepAlive(false);
    return crew;
  }

  private constructor(count: number) {
    const started: Thread[] = [];
    this.threads = started;
    try {
      for (let index = 0; index < count; index++) {
        started.push(
          startThread(THREAD_CODE, {
            message: (message) => this.hear(message as FromThread),
            end: (reason) => this.lose(reason),
          }),
        );
      }
    } catch (error) {
      this.lose("the others did not start");
      throw error;
    }
  }

  knows(plan: number): boolean {
    return this.opened.has(plan);
  }

  /** @param messageFor each thread, by its number. */
  open(plan: number, messageFor: (thread: number) => ToThread): void {
    this.opened.add(plan);
    this.threads.forEach((thread, index) => {
      thread.post(messageFor(index));
    });
  }

  close(plan: number): void {
    if (!this.opened.delete(plan) || this.broken !== undefined) return;
    for (const thread of this.threads) thread.post({ kind: "close", plan } satisfies ToThread);
  }

  /** Has every thread go over the table's first rows. @throws Error where one dies meanwhile, once all have ended. */
  async run(plan: number, steps: number): Promise<readonly FromThread[]> {
    const answers = this.answersOfAll();
    this.keepAlive(true);
    for (const thread of this.threads) thread.post({ kind: "run", plan, steps } satisfies ToThread);
    try {
      return await answers;
    } finally {
      this.keepAlive(false);
    }
  }

  async end(): Promise<void> {
    this.broken ??= "it was ended";
    await Promise.all(this.threads.map((thread) => thread.end()));
  }

  private answersOfAll(): Promise<readonly FromThread[]> {
    if (this.broken !== undefined) return Promise.reject(new Error(this.broken));
    this.answers = [];
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
    });
  }

  private hear(answer: FromThread): void {
    this.answers.push(answer);
    if (this.answers.length === this.threads.length) this.waiting?.resolve(this.answers);
  }

  private lose(reason: string): void {
    if (this.broken !== undefined) return;
    this.broken = reason;
    // Only then: until it has ended, another with a unit in hand writes into memory that the next run uses.
    const ended = () => this.waiting?.reject(new Error(reason));
    this.end().then(ended, ended);
  }

  private keepAlive(isWorking: boolean): void {
    for (const thread of this.threads) thread.keepAlive(isWorking);
  }
}
