import type { Command } from "commander";
import type { Session } from "../io.ts";

/** Adds a command to the program. */
type AddCommand = (program: Command, session: Session) => void;

/** In the order of the help. Each is loaded only if it is called, or if the help lists it: most of a start is loading. */
export const COMMANDS: ReadonlyMap<string, () => Promise<AddCommand>> = new Map([
  ["detect", async () => (await import("./detect.ts")).addDetect],
  ["anonymize", async () => (await import("./anonymize.ts")).addAnonymize],
  ["models", async () => (await import("./models.ts")).addModels],
  ["pull", async () => (await import("./pull.ts")).addPull],
  ["describe", async () => (await import("./describe.ts")).addDescribe],
  ["verify", async () => (await import("./verify.ts")).addVerify],
  ["merge", async () => (await import("./merge.ts")).addMerge],
  ["eval", async () => (await import("./eval.ts")).addEval],
  ["compare", async () => (await import("./compare.ts")).addCompare],
  ["convert", async () => (await import("./convert.ts")).addConvert],
  ["export", async () => (await import("./export.ts")).addExport],
  ["inspect", async () => (await import("./inspect.ts")).addInspect],
  ["serve", async () => (await import("./serve.ts")).addServe],
]);
