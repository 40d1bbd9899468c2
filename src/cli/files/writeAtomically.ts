import { constants, copyFile, link, lstat, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { systemMessage, UsageError } from "../../errors.ts";
import { outputTarget } from "./outputTarget.ts";

let drafts = 0;

/** The name of a temporary file. Short, because the final name may already have the maximum length. */
export function draftName(): string {
  return `.centernet-${process.pid}-${drafts++}.tmp`;
}

/** An iterable is written piece by piece, as it is produced. */
export type Content = Uint8Array | string | Iterable<Uint8Array>;

/**
 * Writes the whole file or nothing: under a temporary name in the same folder, then renamed.
 *
 * @throws UsageError if the file cannot be written; an older file of that name is then untouched.
 */
export async function writeAtomically(path: string, content: Content): Promise<void> {
  const draft = join(dirname(path), draftName());
  try {
    await writeFile(draft, content, { flag: "wx" });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    // Of whoever produces the content.
    if (error instanceof Error && !("code" in error)) throw error;
    throw new UsageError(
      { where: path, expected: "to write this file", got: systemMessage(error) },
      { cause: error },
    );
  }
}

/**
 * Writes an output file that the user named: the whole file or nothing, with symbolic links kept. A pipe or
 * device is written to directly.
 *
 * @throws UsageError if it cannot be written.
 */
export async function writeOutput(path: string, content: Content, where: string): Promise<void> {
  const target = await outputTarget(path, where);
  if (target.kind === "file") return writeAtomically(target.path, content);
  await writeFile(target.path, content).catch((error: unknown) => {
    const fault = { where, expected: "to write to it", got: systemMessage(error) };
    throw new UsageError(fault, { cause: error });
  });
}

/**
 * Writes a file that does not exist yet: the whole file or nothing.
 *
 * @throws UsageError if it cannot be written, or a file of its name has come to be there.
 */
export async function writeNewFile(path: string, bytes: Uint8Array): Promise<void> {
  const draft = join(dirname(path), draftName());
  try {
    await writeFile(draft, bytes, { flag: "wx" });
    // Unlike a rename, neither replaces a file. Some file systems have no links.
    await link(draft, path).catch(() => copyFile(draft, path, constants.COPYFILE_EXCL));
  } catch (error) {
    const fault = { where: path, expected: "to write a new file", got: systemMessage(error) };
    throw new UsageError(fault, { cause: error });
  } finally {
    await rm(draft, { force: true });
  }
}

/** @throws UsageError if something has this name; `flag` names the option of another folder. */
export async function refuseExisting(path: string, flag: string): Promise<void> {
  const info = await lstat(path).catch(() => undefined);
  if (!info) return;
  const hint = `Remove it, or choose another folder with ${flag}.`;
  throw new UsageError({ where: path, expected: "no file of this name", got: "one that is there", hint });
}
