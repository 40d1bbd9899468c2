/** Files of shards that are not whole yet, beside the final ones: `results-00003-of-00064.jsonl.unfinished-<host>-<process>-<random>`. */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { canRename, FOLDER_FILES, type FolderFiles } from "./folderFiles.ts";

const UNFINISHED = ".unfinished-";

/**
 * Whether files beside a shard's can be renamed.
 *
 * @throws the file system's error if none can be made there.
 */
export function canRenameBeside(path: string, files = FOLDER_FILES): Promise<boolean> {
  // By these names they are removed with the unfinished files if the process is killed now.
  const names = [draftName(path), draftName(path)] as const;
  return canRename([join(dirname(path), names[0]), join(dirname(path), names[1])], files);
}

/**
 * Removes the unfinished files of a shard that is finished, but for those of living processes of this machine. Processes
 * of other machines that lose theirs will find the finished file.
 */
export async function removeUnfinished(finished: string, files = FOLDER_FILES): Promise<void> {
  for (const path of await unfinishedFiles(finished, files)) {
    if (!isOfLivingProcess(path)) await files.remove(path).catch(() => {});
  }
}

/** Those of a shard. */
export async function unfinishedFiles(path: string, files: FolderFiles): Promise<string[]> {
  const start = `${basename(path)}${UNFINISHED}`;
  const names = await files.names(dirname(path)).catch(() => []);
  return names.filter((name) => name.startsWith(start)).map((name) => join(dirname(path), name));
}

/** The name of a new one: of this machine and process, and never used before. */
export function draftName(path: string): string {
  const host = hostOfName();
  return `${basename(path)}${UNFINISHED}${host}-${process.pid}-${randomBytes(4).toString("hex")}`;
}

function hostOfName(): string {
  return hostname()
    .replace(/[^\w.]/g, "_")
    .slice(0, 64);
}

function isOfLivingProcess(path: string): boolean {
  const [, host, id] = /\.unfinished-([\w.]+)-(\d+)-[0-9a-f]+$/.exec(path) ?? [];
  if (host !== hostOfName() || Number(id) === process.pid) return false;
  try {
    process.kill(Number(id), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
