/** The machine's resources in a browser: threads, cores, memory. */
import type { StartThread, Thread } from "./thread.ts";

export type { Thread } from "./thread.ts";

/**
 * Starts a Worker from a Blob, so that bundlers need no extra file. The page's policy must allow `worker-src
 * blob:`.
 */
export const startThread: StartThread = (code, handlers) => {
  const blob = new Blob([`${code};thread.serve(self);`], { type: "text/javascript" });
  const url = URL.createObjectURL(blob);
  const worker = new Worker(url);
  worker.onmessage = ({ data }) => {
    URL.revokeObjectURL(url);
    handlers.message(data);
  };
  worker.onerror = ({ message }) =>
    handlers.end(message || "the page's policy may forbid Workers from a Blob");
  return {
    post: (message) => worker.postMessage(message),
    keepAlive() {}, // a page ends when it is left
    async end() {
      worker.terminate();
      handlers.end("it was ended");
    },
  };
};

/** A page's own bundler decides where a Worker's script lies: the page starts Workers itself. */
export function whyNoImageThreads(): string | undefined {
  return "a page runs detectors in Workers of its own";
}

export function startImageThread(): Thread {
  throw new Error(whyNoImageThreads());
}

/** A page has no folder for what it has checked: it checks at every start. */
export async function hasPassed(): Promise<boolean> {
  return false;
}

export async function keepPassed(): Promise<void> {}

export function whyNoSharedMemory(): string | undefined {
  if (typeof SharedArrayBuffer === "function" && globalThis.crossOriginIsolated) return undefined;
  return "the page is not cross-origin isolated, so that threads could not share memory";
}

/**
 * An estimate of the physical cores: browsers report logical ones. Above four, half of them is a guess that
 * also suits processors with a slower half.
 */
export function coreCount(): number {
  const threads = globalThis.navigator?.hardwareConcurrency ?? 1;
  return threads <= 4 ? threads : Math.max(4, Math.ceil(threads / 2));
}

/** Browsers do not report the memory limit. */
export function memoryLimit(): number {
  return Number.POSITIVE_INFINITY;
}

/** What to do without relaxed SIMD, as part of a sentence. */
export function relaxedSimdHint(): string {
  return "Use a newer browser or another machine";
}
