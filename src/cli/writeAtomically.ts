import { rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UsageError } from "../errors.ts";
import { systemMessage } from "./systemMessage.ts";

let files = 0;

/**
 * Writes a file all or not at all: under another name in the same folder, then renamed.
 *
 * @throws UsageError where the file system refuses; an older file of the name is then still whole.
 */
export async function writeAtomically(path: string, content: Uint8Array | string): Promise<void> {
  const folder = dirname(path);
  // Not after the file, whose name may already be as long as names can be.
  const draft = join(folder, `.centernet-${process.pid}-${files++}.tmp`);
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
