import { resolve } from "node:path";
import type { DetectionRecord } from "../../detectionRecord.ts";
import { jsonLine } from "../../formats/jsonFrame.ts";
import { printJson, type Session } from "../io.ts";
import { openLineFile } from "./lineFile.ts";
import { outputTarget } from "./outputTarget.ts";

/** Where records are written, one line of JSON each. */
export interface JsonLines {
  /** Whether the records take standard output for themselves. */
  readonly takesStdout: boolean;
  add(record: DetectionRecord): Promise<void>;
  /** Call it whatever happened: records added so far are kept. */
  finish(): Promise<void>;
}

export const NO_JSON: JsonLines = { takesStdout: false, add: async () => {}, finish: async () => {} };

const STDOUT = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/**
 * `-` (or the system's names for it) prints each record at once. A file receives each record when it is done
 * and has a temporary name until `finish`.
 *
 * @throws UsageError if the file cannot be written; this is checked before any work.
 */
export async function openJsonLines(target: string, session: Session, flag = "--json"): Promise<JsonLines> {
  if (isStdout(target)) {
    const add = async (record: DetectionRecord) => printJson(session, record);
    return { takesStdout: true, add, finish: async () => {} };
  }
  const where = `option ${flag} ${target}`;
  const found = await outputTarget(target, where);
  const file = await openLineFile(found, where);
  return {
    takesStdout: false,
    add: (record) => file.add(jsonLine(record)),
    finish: () => file.finish(),
  };
}

/** Whether an output path stands for standard output. */
export function isStdout(target: string): boolean {
  return target === "-" || STDOUT.includes(resolve(target));
}
