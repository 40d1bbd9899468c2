import { rename, rm, writeFile } from "node:fs/promises";
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
