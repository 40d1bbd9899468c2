import { mkdir, readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { systemMessage, UsageError } from "../../errors.ts";

/** Where a file that the user names really is. */
export interface OutputTarget {
  /** With every symbolic link followed, so that a link stays one when its file is replaced. */
  readonly path: string;
  /**
   * `file`: a regular file, there already or not. `stream`: a pipe or device (`/dev/null`, `>(gzip > x)`),
   * which must be written to as it is: renaming another file over it would take its place.
   */
  readonly kind: "file" | "stream";
  /** Permissions of the file that is there already. */
  readonly mode?: number;
}

/** Names that stand for a descriptor of this process: even a regular file behind them is written to as it is. */
const DESCRIPTOR = /^\/(proc\/|dev\/(fd\/|std))/;

/**
 * Finds out where a file would be written, and makes the folders above it.
 *
 * @throws UsageError where that cannot be: a folder, a path below a file, a folder that cannot be made.
 */
export async function outputTarget(path: string, where: string): Promise<OutputTarget> {
  try {
    const info = await stat(path).catch(absent);
    if (info?.isDirectory()) throw new Error("a folder");
    if (info && (!info.isFile() || DESCRIPTOR.test(resolve(path)))) return { path, kind: "stream" };
    if (info) return { path: await realpath(path), kind: "file", mode: info.mode & 0o777 };
    return { path: await newFile(path), kind: "file" };
  } catch (error) {
    const fault = { where, expected: "a file that can be written", got: systemMessage(error) };
    throw new UsageError(fault, { cause: error });
  }
}

/** A file that is not there yet, or that a symbolic link announces. */
async function newFile(path: string): Promise<string> {
  const link = await readlink(path).catch(() => undefined);
  if (link !== undefined) return newFile(resolve(dirname(path), link));
  await makeFolders(dirname(path));
  return join(await realpath(dirname(path)), basename(path));
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

/**
 * Makes a folder and those above it that are missing, one by one from the top. Node's own recursive `mkdir`
 * tries for ever where a file system denies that there is such a folder and makes none either, as /proc does.
 *
 * @throws the file system's own error.
 */
export async function makeFolders(folder: string): Promise<void> {
  const missing: string[] = [];
  for (let next = resolve(folder); !(await standsAsFolder(next)); next = dirname(next)) missing.push(next);
  for (const next of missing.reverse()) {
    await mkdir(next).catch(async (error: NodeJS.ErrnoException) => {
      // Somebody else may just have made it.
      if (error.code !== "EEXIST" || !(await standsAsFolder(next))) throw error;
    });
  }
}

async function standsAsFolder(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (isMissing && dirname(path) !== path) return false;
    throw error;
  }
  throw new Error(`a file at ${path}`);
}

/** Whether the path is the folder or lies below it, by name alone. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
