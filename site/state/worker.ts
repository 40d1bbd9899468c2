/** The page's one worker, and what became of those before it. */
import { signal } from "@preact/signals";
import { WorkerClient } from "../worker/client.ts";
import type { PageHandlers } from "../worker/worker.ts";

/** Why the last worker died, if one has. */
export const workerNote = signal<string | undefined>(undefined);

export const worker = new WorkerClient<PageHandlers>(
  () => new Worker(new URL("../worker/worker.ts", import.meta.url), { type: "module", name: "centernet" }),
  (why) => {
    workerNote.value = why;
  },
);
// If the worker cannot be started, the calls that follow say so.
worker.call("start", { base: document.baseURI }, { lasting: true }).catch(() => {});
