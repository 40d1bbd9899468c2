import { access, constants, type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemMessage, UsageError } from "../../errors.ts";
import type { Frame } from "../../formats/jsonFrame.ts";
import type { OutputTarget } from "./outputTarget.ts";

/** A file that grows entry by entry during the run. */
export interface LineFile {
  /**
   * Adds entries, possibly none.
   *
   * @throws UsageError if they cannot be written; earlier entries stay intact.
   */
  add(...entries: readonly string[]): Promise<void>;
  /** Renames the file to its final name. If nothing was added it is removed, so an older file of that name stays. */
  finish(): Promise<void>;
}

const LINES: Frame = { start: "", between: "\n", end: "\n" };

/** A file name has at most 255 bytes, and a character up to four of them. */
const MAX_CHARACTERS = 50;
const MAX_UNFINISHED = 1000;

/** How names of unfinished files start. Undefined if that is shortened, and so another file's as well. */
export function unfinishedStart(path: string): string | undefined {
  const name = basename(path);
  return name.length > MAX_CHARACTERS ? undefined : `${name}.unfinished-`;
}

/** The file's name until `finish`; it keeps that name if the process is killed. */
function unfinishedName(path: string): string {
  return join(dirname(path), `${basename(path).slice(0, MAX_CHARACTERS)}.unfinished-${process.pid}`);
}

/** In containers, a process that was killed may have had the same number: then the name gets one more. */
async function openUnfinished(
  path: string,
  mode: number | undefined,
): Promise<{ name: string; file: FileHandle }> {
  const first = unfinishedName(path);
  for (let number = 1; ; number++) {
    const name = number === 1 ? first : `${first}-${number}`;
    try {
      return { name, file: await open(name, "wx", mode) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || number === MAX_UNFINISHED) throw error;
    }
  }
}

/**
 * Opens a file for entries under a temporary name beside the final one. A pipe or device is opened directly, and takes
 * lines only: an end that was written to it cannot be replaced. The frame's end is written after every addition, so that
 * the file is whole even if the process is killed.
 *
 * @throws UsageError if it cannot be written to.
 */
export async function openLineFile(
  target: OutputTarget,
  where: string,
  { start, between, end } = LINES,
): Promise<LineFile> {
  const reported = <Value>(step: Promise<Value>) =>
    step.catch((error: unknown) => {
      const fault = { where, expected: "a file that can be written", got: systemMessage(error) };
      throw new UsageError(fault, { cause: error });
    });
  if (target.kind !== "file" && end !== between)
    await reported(Promise.reject(new Error("a pipe or device")));
  // A write-protected file must not be replaced, even if its folder allows it.
  if (target.mode !== undefined) await reported(access(target.path, constants.W_OK));
  const opened =
    target.kind === "file" ? await reported(openUnfinished(target.path, target.mode)) : undefined;
  const draft = opened?.name;
  const handle = opened?.file ?? (await reported(open(target.path, "a")));
  let additions = 0;
  let entries = 0;
  /** Where the next entries go: over the end of the frame. */
  let position = 0;
  return {
    async add(...added) {
      const before = additions === 0 ? start : "";
      const text = before + (entries > 0 && added.length > 0 ? between : "") + added.join(between);
      try {
        if (draft === undefined) await handle.appendFile(added.map((line) => line + end).join(""));
        else await writeAt(position, text + end, handle);
      } catch (error) {
        if (draft !== undefined) await cutAt(position, additions > 0 ? end : "", handle);
        return reported(Promise.reject(error));
      }
      additions++;
      entries += added.length;
      position += Buffer.byteLength(text);
    },
    async finish() {
      await reported(handle.close());
      if (draft === undefined) return;
      await reported(additions > 0 ? rename(draft, target.path) : rm(draft));
    },
  };
}

async function writeAt(position: number, text: string, handle: FileHandle): Promise<void> {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** Removes what was only partly written. */
async function cutAt(position: number, end: string, handle: FileHandle): Promise<void> {
  await handle
    .truncate(position)
    .then(() => writeAt(position, end, handle))
    .catch(() => {});
}
