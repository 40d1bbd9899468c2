/** The machine's resources in Node: threads, cores, memory. */
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { StartThread, Thread, ThreadHandlers } from "./thread.ts";

export { hasPassed, keepPassed } from "./passedChecks.ts";
export type { Thread } from "./thread.ts";

/** Starts a thread from the text of `serve(port)`: no file, and none of the process's own flags. */
export const startThread: StartThread = (code, handlers) => {
  const connected = `${code};thread.serve(require("node:worker_threads").parentPort);`;
  return connect(new Worker(connected, { eval: true, execArgv: [] }), handlers);
};

/** Built beside the file that this one is part of; a program that was bundled again may lack it. */
const IMAGE_WORKER = new URL("./imageWorker.js", import.meta.url);

/** Why no threads for images can be started; undefined if they can. */
export function whyNoImageThreads(): string | undefined {
  const isThere = IMAGE_WORKER.protocol === "file:" && existsSync(fileURLToPath(IMAGE_WORKER));
  return isThere ? undefined : "the package's file imageWorker.js is not beside the program";
}

/** Starts a thread that loads detectors of its own: `imageWorker.ts`. */
export function startImageThread(handlers: ThreadHandlers): Thread {
  return connect(new Worker(IMAGE_WORKER, { execArgv: [] }), handlers);
}

function connect(worker: Worker, handlers: ThreadHandlers): Thread {
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
}

/** Node always has shared memory. */
export function whyNoSharedMemory(): string | undefined {
  return undefined;
}

/**
 * The physical cores that this process may run on, because the two threads of a core share its arithmetic
 * units. Linux reports which belong together. Elsewhere, above four, half of them is a guess that also suits
 * processors with a slower half.
 */
export function coreCount(): number {
  const threads = availableParallelism();
  try {
    const siblings = allowedCpus().map((cpu) =>
      readFileSync(`/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`, "utf8"),
    );
    // A container may get less processor time than it has cores.
    return Math.max(1, Math.min(new Set(siblings).size, threads));
  } catch {
    return threads <= 4 ? threads : Math.max(4, Math.ceil(threads / 2));
  }
}

/**
 * The allowed processors, as `taskset` sets them. Linux writes ranges: `0-3,8`. @throws Error on other
 * systems.
 */
function allowedCpus(): number[] {
  const [, list] = /^Cpus_allowed_list:\s*(.+)$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  if (list === undefined) throw new Error("no list of processors");
  return list.split(",").flatMap((range) => {
    const [first, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** The most bytes that this process can have: the machine's memory, or its container's limit. */
export function memoryLimit(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  // Without a limit this is 0, or more than the machine has.
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** What to do without relaxed SIMD, as part of a sentence. The flag is V8's, which NODE_OPTIONS does not take. */
export function relaxedSimdHint(): string {
  return "Start Node as node --experimental-wasm-relaxed-simd, or use Node 22, which needs no flag";
}
