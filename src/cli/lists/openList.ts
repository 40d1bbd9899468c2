import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addAbortSignal, Readable } from "node:stream";
import { systemMessage, UsageError } from "../../errors.ts";
import type { Io } from "../io.ts";
import { ListFile } from "./listFile.ts";

/**
 * The list of `--list`; `-` reads standard input into a temporary file first. The caller closes it.
 *
 * @throws UsageError for a list that cannot be read, or is none.
 * @throws the signal's reason once it is aborted.
 */
export async function openList(
  path: string,
  { stdin, signal }: Pick<Io, "stdin" | "signal">,
): Promise<ListFile> {
  if (path !== "-") return ListFile.open(path, signal);
  const input = stdin();
  if (input.isTTY) {
    const hint = "Redirect a file: centernet detect --list - < photos.txt.";
    throw refused("a terminal", { hint });
  }
  const { file, remove } = temporaryFile();
  try {
    signal.throwIfAborted();
    for await (const chunk of addAbortSignal(signal, new Readable().wrap(input))) {
      const bytes = Buffer.from(chunk);
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
    }
  } catch (error) {
    closeSync(file);
    remove();
    signal.throwIfAborted();
    throw refused(systemMessage(error), { cause: error });
  }
  const list = ListFile.open(path, signal, file);
  const close = list.close.bind(list);
  list.close = () => {
    close();
    remove();
  };
  return list;
}

/** Without a name where the system allows that: then it is gone whatever ends the process. */
function temporaryFile(): { readonly file: number; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "centernet-list-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const file = openSync(join(folder, "list"), "wx+");
  if (process.platform !== "win32") remove();
  return { file, remove };
}

function refused(got: string, { hint, cause }: { hint?: string; cause?: unknown }): UsageError {
  const fault = { where: "option --list -", expected: "a text of one path or URL a line", got, hint };
  return new UsageError(fault, { cause });
}
