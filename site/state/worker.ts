/** The page's one worker. */
import { WorkerClient } from "../worker/client.ts";
import type { PageHandlers } from "../worker/worker.ts";

export const worker = new WorkerClient<PageHandlers>(
  new Worker(new URL("../worker/worker.ts", import.meta.url), { type: "module", name: "centernet" }),
);
void worker.call("start", { base: document.baseURI });
