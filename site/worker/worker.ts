/** The page's worker: it owns the model, the image and the maps, so that the page's own thread never waits. */
import { answerRequests, type Scope } from "./call.ts";
import { compareHandlers } from "./compare/compare.ts";
import { decodeHandlers } from "./decode.ts";
import { detectHandlers } from "./detect.ts";
import { loadHandlers } from "./load.ts";
import { networkHandlers } from "./network/network.ts";
import { saveHandlers } from "./save.ts";
import { startAt } from "./session.ts";
import { tripletsHandlers } from "./triplets.ts";

const handlers = {
  /** Before all others: where the page is. */
  start({ base }: { readonly base: string }) {
    startAt(base);
  },
  ...detectHandlers,
  ...saveHandlers,
  ...networkHandlers,
  ...decodeHandlers,
  ...tripletsHandlers,
  ...loadHandlers,
  ...compareHandlers,
};
export type PageHandlers = typeof handlers;

answerRequests(self as unknown as Scope, handlers);
