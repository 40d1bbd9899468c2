import { rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { systemMessage, UsageError } from "../../errors.ts";
import { outputTarget } from "./outputTarget.ts";

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

/**
 * Writes a file that the user names: all or not at all, behind every symbolic link, or straight into a pipe
 * or device.
 *
 * @throws UsageError where it cannot be written.
 */
export async function writeOutput(path: string, content: Content, where: string): Promise<void> {
  const target = await outputTarget(path, where);
  if (target.kind === "file") return writeAtomically(target.path, content);
  await writeFile(target.path, content).catch((error: unknown) => {
    const fault = { where, expected: "to write to it", got: systemMessage(error) };
    throw new UsageError(fault, { cause: error });
  });
}
