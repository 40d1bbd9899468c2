import { readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { UsageError } from "../../errors.ts";
import { systemMessage } from "../../systemMessage.ts";
import { makeFolders } from "../makeFolders.ts";

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
