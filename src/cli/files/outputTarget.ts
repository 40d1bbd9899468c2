import { mkdir, readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { systemMessage, UsageError } from "../../errors.ts";

/** The place that an output path leads to. */
export interface OutputTarget {
  /** With every symbolic link resolved, so that replacing the file keeps the link. */
  readonly path: string;
  /**
   * `file`: a regular file, existing or not. `stream`: a pipe or device (`/dev/null`, `>(gzip > x)`), which
   * must be written to directly, because renaming a file over it would replace it.
   */
  readonly kind: "file" | "stream";
  /** Permissions of the existing file. */
  readonly mode?: number;
}

/** Paths of this process's descriptors: even a regular file behind them is written to directly. */
const DESCRIPTOR = /^\/(proc\/|dev\/(fd\/|std))/;

/**
 * Resolves where an output file would be written and creates the folders above it.
 *
 * @throws UsageError for a folder, a path below a file, or a folder that cannot be created.
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

/** The path of a file that does not exist yet, possibly behind a dangling symbolic link. */
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
 * Creates a folder and its missing parents one by one from the top. Node's own recursive `mkdir` retries
 * forever on file systems such as /proc, which neither have such a folder nor create it.
 *
 * @returns the folders that it created, each before those inside it.
 * @throws the file system's own error.
 */
export async function makeFolders(folder: string): Promise<string[]> {
  const missing: string[] = [];
  for (let next = resolve(folder); !(await isFolder(next)); next = dirname(next)) missing.push(next);
  const made: string[] = [];
  for (const next of missing.reverse()) {
    try {
      await mkdir(next);
      made.push(next);
    } catch (error) {
      // Another process may just have created it.
      const isThere = error instanceof Error && "code" in error && error.code === "EEXIST";
      if (!isThere || !(await isFolder(next))) throw error;
    }
  }
  return made;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (isMissing && dirname(path) !== path) return false;
    throw error;
  }
  throw new Error(`a file at ${path}`);
}

/** Whether the path is the folder itself or lies below it. Compares names; links are not resolved. */
export function isInside(folder: string, path: string): boolean {
  const route = relative(folder, path);
  return route !== ".." && !route.startsWith(`..${sep}`) && !isAbsolute(route);
}
