import { access, constants, realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { UsageError } from "../errors.ts";
import type { DetectionRecord } from "./detectionRecord.ts";
import type { ImageFile } from "./findImages.ts";
import { print, type Session } from "./io.ts";
import { systemMessage } from "./systemMessage.ts";
import { writeAtomically } from "./writeAtomically.ts";

/** Where records go, one line of JSON each. */
export interface JsonLines {
  add(record: DetectionRecord): void;
  finish(): Promise<void>;
}

export const NO_JSON: JsonLines = { add: () => {}, finish: async () => {} };

/**
 * `-` prints each record at once; a file is written whole when all is done, or as much as was done.
 *
 * @throws UsageError where the file could not be written in the end, found out before the work.
 */
export async function openJsonLines(
  target: string,
  images: readonly ImageFile[],
  session: Session,
): Promise<JsonLines> {
  if (target === "-") {
    return { add: (record) => print(session, JSON.stringify(record)), finish: async () => {} };
  }
  await checkTarget(target, images);
  const lines: string[] = [];
  return {
    add: (record) => lines.push(`${JSON.stringify(record)}\n`),
    finish: () => writeAtomically(target, lines.join("")),
  };
}

async function checkTarget(target: string, images: readonly ImageFile[]): Promise<void> {
  const fail = (got: string) =>
    new UsageError({ where: `option --json ${target}`, expected: "a file to write to", got });
  await access(dirname(target), constants.W_OK).catch((error: unknown) => {
    throw fail(`${systemMessage(error)} in ${dirname(target)}`);
  });
  const info = await stat(target).catch(() => undefined);
  if (info === undefined) return;
  if (!info.isFile()) throw fail("something that is no file");
  const real = await realpath(target);
  for (const { path } of images) {
    if ((await realpath(path).catch(() => path)) === real) throw fail("one of the pictures");
  }
}
