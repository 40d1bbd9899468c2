/** The page's worker: it owns the model, the image and the maps, so that the page's own thread never waits. */
import { answerRequests, fetched, type Scope } from "./call.ts";
import { decodeHandlers } from "./decode.ts";
import { detectHandlers } from "./detect.ts";
import { loadHandlers } from "./load.ts";
import { networkHandlers } from "./network/network.ts";
import { startAt } from "./ownWeights.ts";

const saveHandlers = fetched({ save: true }, async () => (await import("./save.ts")).saveHandlers);
const tripletsHandlers = fetched(
  { tripletPools: true, tripletRun: true, tripletBoxes: true },
  async () => (await import("./triplets.ts")).tripletsHandlers,
);
const compareHandlers = fetched(
  {
    compareCost: true,
    compareRuns: true,
    compareDump: true,
    compareGolden: true,
    compareLayer: true,
    compareNpy: true,
  },
  async () => (await import("./compare/compare.ts")).compareHandlers,
);

const maskHandlers = fetched(
  { maskOpen: true, maskSearch: true, maskPreview: true, maskCheck: true, maskSave: true },
  async () => (await import("./mask.ts")).maskHandlers,
);

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
  ...maskHandlers,
};
export type PageHandlers = typeof handlers;

answerRequests(self as unknown as Scope, handlers);
