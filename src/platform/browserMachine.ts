/** What the machine offers to compute with, in a browser. */
import type { StartThread } from "./thread.ts";

export type { Thread } from "./thread.ts";

/** From a Blob, so that no bundler has to know of a file; a page's policy must allow `worker-src blob:`. */
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

export function whyNoSharedMemory(): string | undefined {
  if (typeof SharedArrayBuffer === "function" && globalThis.crossOriginIsolated) return undefined;
  return "the page is not cross-origin isolated, so that threads could not share memory";
}

/**
 * Physical cores as well as that can be told: browsers count logical ones. Half of more than four is a guess
 * that also suits processors whose other half is slower.
 */
export function coreCount(): number {
  const threads = globalThis.navigator?.hardwareConcurrency ?? 1;
  return threads <= 4 ? threads : Math.max(4, Math.ceil(threads / 2));
}

/** Pages are not told how much memory there is. */
export function memoryLimit(): number {
  return Number.POSITIVE_INFINITY;
}
