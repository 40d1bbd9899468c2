import { access, constants, type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemMessage, UsageError } from "../../errors.ts";
import type { OutputTarget } from "./outputTarget.ts";

/** A file that grows line by line during the run. */
export interface LineFile {
  /** @throws UsageError if the line cannot be written; earlier lines stay intact. */
  add(line: string): Promise<void>;
  /** Renames the file to its final name. A file without lines is removed, so an older file of that name stays. */
  finish(): Promise<void>;
}

/** A file name has at most 255 bytes, and a character up to four of them. */
const MAX_CHARACTERS = 50;

/** The file's name until `finish`; it keeps that name if the process is killed. */
function unfinishedName(path: string): string {
  return join(dirname(path), `${basename(path).slice(0, MAX_CHARACTERS)}.unfinished-${process.pid}`);
}

/**
 * Opens a file for lines under a temporary name beside the final one. A pipe or device is opened directly.
 *
 * @throws UsageError if it cannot be written to.
 */
export async function openLineFile(target: OutputTarget, where: string): Promise<LineFile> {
  const draft = target.kind === "file" ? unfinishedName(target.path) : undefined;
  const reported = <Value>(step: Promise<Value>) =>
    step.catch((error: unknown) => {
      const fault = { where, expected: "a file that can be written", got: systemMessage(error) };
      throw new UsageError(fault, { cause: error });
    });
  // A write-protected file must not be replaced, even if its folder allows it.
  if (target.mode !== undefined) await reported(access(target.path, constants.W_OK));
  const handle = await reported(
    draft === undefined ? open(target.path, "a") : open(draft, "wx", target.mode),
  );
  let lines = 0;
  let bytes = 0;
  return {
    async add(line) {
      const text = `${line}\n`;
      try {
        await handle.appendFile(text);
      } catch (error) {
        if (draft !== undefined) await cutAt(bytes, handle);
        return reported(Promise.reject(error));
      }
      lines++;
      bytes += Buffer.byteLength(text);
    },
    async finish() {
      await reported(handle.close());
      if (draft === undefined) return;
      await reported(lines > 0 ? rename(draft, target.path) : rm(draft));
    },
  };
}

/** Removes a line that was only partly written. */
async function cutAt(bytes: number, handle: FileHandle): Promise<void> {
  await handle.truncate(bytes).catch(() => {});
}
