/** What the machine offers to compute with, in Node. */
import { readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { Worker } from "node:worker_threads";
import type { StartThread } from "./thread.ts";

export type { Thread } from "./thread.ts";

/** From the text of `serve(port)`, without a file and without what the process was started with. */
export const startThread: StartThread = (code, hears) => {
  const connected = `${code};thread.serve(require("node:worker_threads").parentPort);`;
  const worker = new Worker(connected, { eval: true, execArgv: [] });
  worker.on("message", hears.message);
  worker.on("error", (error) => hears.end(error.message));
  worker.on("exit", (exitCode) => hears.end(`exit code ${exitCode}`));
  return {
    post: (message) => worker.postMessage(message),
    keepAlive: (isWorking) => (isWorking ? worker.ref() : worker.unref()),
    async end() {
      await worker.terminate();
    },
  };
};

/** Node always has shared memory. */
export function whyNoSharedMemory(): string | undefined {
  return undefined;
}

/**
 * Physical cores, since the two threads of one core share its arithmetic. Linux tells which belong together;
 * elsewhere, half of more than four is a guess that also suits processors whose other half is slower.
 */
export function coreCount(): number {
  const threads = availableParallelism();
  const siblings = new Set<string>();
  try {
    for (let cpu = 0; cpu < threads; cpu++) {
      const path = `/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`;
      siblings.add(readFileSync(path, "utf8"));
    }
    return siblings.size;
  } catch {
    return threads <= 4 ? threads : Math.max(4, Math.ceil(threads / 2));
  }
}

/** Bytes that this process can ever have: the machine's, or what its container is limited to. */
export function memoryLimit(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  // Without a limit it says 0, or more than there is.
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
