/** What the machine offers to compute with, in Node. */
import { readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { Worker } from "node:worker_threads";
import type { StartThread } from "./thread.ts";

export type { Thread } from "./thread.ts";

/** From the text of `serve(port)`, without a file and without what the process was started with. */
export const startThread: StartThread = (code, handlers) => {
  const connected = `${code};thread.serve(require("node:worker_threads").parentPort);`;
  const worker = new Worker(connected, { eval: true, execArgv: [] });
  worker.on("message", handlers.message);
  worker.on("error", (error) => handlers.end(error.message));
  worker.on("exit", (exitCode) => handlers.end(`exit code ${exitCode}`));
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
 * Physical cores that this process may run on, since the two threads of one core share its arithmetic. Linux tells
 * which belong together; elsewhere, half of more than four is a guess that also suits processors whose other half
 * is slower.
 */
export function coreCount(): number {
  const threads = availableParallelism();
  try {
    const siblings = allowedCpus().map((cpu) =>
      readFileSync(`/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`, "utf8"),
    );
    // A container may be granted the time of fewer than it may run on.
    return Math.max(1, Math.min(new Set(siblings).size, threads));
  } catch {
    return threads <= 4 ? threads : Math.max(4, Math.ceil(threads / 2));
  }
}

/** As `taskset` sets them; Linux writes ranges: `0-3,8`. @throws Error elsewhere. */
function allowedCpus(): number[] {
  const [, list] = /^Cpus_allowed_list:\s*(.+)$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  if (list === undefined) throw new Error("no list of processors");
  return list.split(",").flatMap((range) => {
    const [first, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** Bytes that this process can ever have: the machine's, or what its container is limited to. */
export function memoryLimit(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  // Without a limit it says 0, or more than there is.
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
