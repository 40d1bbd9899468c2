import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { UsageError } from "../../errors.ts";
import { print, type Session } from "../io.ts";
import type { DetectionRecord } from "../report/detectionRecord.ts";
import type { ImageFile } from "./findImages.ts";
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
export async function openJsonLines(
  target: string,
  images: readonly ImageFile[],
  session: Session,
): Promise<JsonLines> {
  if (target === "-" || STDOUT.includes(resolve(target))) {
    const add = async (record: DetectionRecord) => print(session, JSON.stringify(record));
    return { takesStdout: true, add, finish: async () => {} };
  }
  const where = `option --json ${target}`;
  const found = await outputTarget(target, where);
  if (found.kind === "file") await refuseImages(found.path, images, where);
  const file = await openLineFile(found, where);
  return {
    takesStdout: false,
    add: (record) => file.add(JSON.stringify(record)),
    finish: () => file.finish(),
  };
}

async function refuseImages(target: string, images: readonly ImageFile[], where: string): Promise<void> {
  for (const { path } of images) {
    if ((await realpath(path).catch(() => path)) !== target) continue;
    throw new UsageError({ where, expected: "a file to write to", got: "one of the images" });
  }
}
