/** Threads for images that run in this process: the same messages through a channel, and ways to die. */
import { MessageChannel } from "node:worker_threads";
import { serveImages } from "../../src/batch/serveImages.ts";
import type { Thread, ThreadHandlers } from "../../src/platform/thread.ts";

export interface Fate {
  /** Called with each message to a thread; true lets the thread die of it. */
  dies(message: { readonly kind: string; readonly call: number }, thread: number): boolean;
  started: number;
  ended: number;
}

export function inProcessThreads(fate: Fate): (handlers: ThreadHandlers) => Thread {
  return (handlers) => {
    const thread = fate.started++;
    const { port1, port2 } = new MessageChannel();
    port1.on("message", handlers.message);
    serveImages(port2);
    let [isDead, isEnded] = [false, false];
    const die = () => {
      isDead = true;
      port1.close();
      port2.close();
    };
    return {
      post(message) {
        if (isDead) return;
        if (!fate.dies(message as Parameters<Fate["dies"]>[0], thread)) {
          port1.postMessage(message);
          return;
        }
        die();
        queueMicrotask(() => handlers.end("Worker terminated due to reaching memory limit"));
      },
      keepAlive() {},
      async end() {
        if (!isEnded) fate.ended++;
        isEnded = true;
        die();
        handlers.end("it was ended");
      },
    };
  };
}
