import { access, constants, type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemMessage, UsageError } from "../../errors.ts";
import type { OutputTarget } from "./outputTarget.ts";

/** A file of lines that grows while the work goes on. */
export interface LineFile {
  /** @throws UsageError where the line cannot be written; those before it stay whole. */
  add(line: string): Promise<void>;
  /** Gives the file its name, or takes it away where it has no line: an older one of its name then stays. */
  finish(): Promise<void>;
}

/** Names have 255 bytes at most, and a letter up to four of them. */
const MAX_LETTERS = 50;

/** What a file is called until it is done, and for good where the process is killed. */
function unfinishedName(path: string): string {
  return join(dirname(path), `${basename(path).slice(0, MAX_LETTERS)}.unfinished-${process.pid}`);
}

/**
 * Opens a file for lines under its draft's name, beside the one that it will take the place of; a pipe or
 * device as it is.
 *
 * @throws UsageError where it cannot be written to.
 */
export async function openLineFile(target: OutputTarget, where: string): Promise<LineFile> {
  const draft = target.kind === "file" ? unfinishedName(target.path) : undefined;
  const told = <Value>(step: Promise<Value>) =>
    step.catch((error: unknown) => {
      const fault = { where, expected: "a file that can be written", got: systemMessage(error) };
      throw new UsageError(fault, { cause: error });
    });
  // An older file that forbids writing is not to be replaced, though its folder would allow it.
  if (target.mode !== undefined) await told(access(target.path, constants.W_OK));
  const handle = await told(draft === undefined ? open(target.path, "a") : open(draft, "wx", target.mode));
  let lines = 0;
  let bytes = 0;
  return {
    async add(line) {
      const text = `${line}\n`;
      try {
        await handle.appendFile(text);
      } catch (error) {
        if (draft !== undefined) await cutAt(bytes, handle);
        return told(Promise.reject(error));
      }
      lines++;
      bytes += Buffer.byteLength(text);
    },
    async finish() {
      await told(handle.close());
      if (draft === undefined) return;
      await told(lines > 0 ? rename(draft, target.path) : rm(draft));
    },
  };
}

/** A line of which only a part found room helps nobody. */
async function cutAt(bytes: number, handle: FileHandle): Promise<void> {
  await handle.truncate(bytes).catch(() => {});
}
