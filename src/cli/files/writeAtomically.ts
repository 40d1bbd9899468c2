import { rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UsageError } from "../../errors.ts";
import { systemMessage } from "../../systemMessage.ts";

let drafts = 0;

/** Of a file that is not to stay. Short, since the final name may already be as long as names can be. */
export function draftName(): string {
  return `.centernet-${process.pid}-${drafts++}.tmp`;
}

/** Pieces are written one by one, as they are made. */
export type Content = Uint8Array | string | Iterable<Uint8Array>;

/**
 * Writes a file all or not at all: under another name in the same folder, then renamed.
 *
 * @throws UsageError where the file system refuses; an older file of the name is then still whole.
 */
export async function writeAtomically(path: string, content: Content): Promise<void> {
  const draft = join(dirname(path), draftName());
  try {
    await writeFile(draft, content, { flag: "wx" });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw new UsageError(
      { where: path, expected: "to write this file", got: systemMessage(error) },
      { cause: error },
    );
  }
}
