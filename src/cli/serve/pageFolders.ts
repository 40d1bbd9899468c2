/** The files that the page may read, found by the path of a request. */
import { constants } from "node:fs";
import { type FileHandle, open, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { MODELS } from "../../models/models.ts";
import { archivePath } from "../../platform/archiveCache.ts";
import { packagedWeights } from "../../platform/packagedWeights.ts";

export interface PageFolders {
  /** The built page. */
  readonly page: string;
  /** The weights that come with the package. */
  readonly weights: string;
  /** Where pulled archives are kept. */
  readonly archives: string;
}

/** A file that is open; whoever gets it closes it. */
export interface OpenFile {
  readonly handle: FileHandle;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly changed: number;
}

/** A model whose weights the page can load. */
export interface ListedModel {
  readonly name: string;
  /** Relative to the page. */
  readonly file: string;
  readonly bytes: number;
}

/** No escape, no hidden file, no way up: every file of the page has a plain name. */
const PLAIN_PATH = /^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/;

/** Opens the file at a path relative to the page; undefined if there is none, or only behind a link. */
export async function openPageFile(path: string, folders: PageFolders): Promise<OpenFile | undefined> {
  if (!PLAIN_PATH.test(path)) return undefined;
  const [first, ...rest] = path.split("/");
  if (first === "weights") return openBelow(folders.weights, rest);
  if (first !== "archives") return openBelow(folders.page, [first, ...rest]);
  const known = MODELS.some(({ name, hasArchive }) => hasArchive && archiveFile(name) === path);
  return known ? openBelow(folders.archives, rest) : undefined;
}

/** The models whose weights are here: those of the package, then those that were pulled. */
export async function listModels(folders: PageFolders): Promise<ListedModel[]> {
  const listed: ListedModel[] = [];
  for (const { name, hasArchive } of MODELS) {
    const file = packagedWeights(name) ? `weights/${name}.safetensors` : hasArchive && archiveFile(name);
    const found = file ? await openPageFile(file, folders) : undefined;
    await found?.handle.close();
    if (file && found) listed.push({ name, file, bytes: found.bytes });
  }
  return listed;
}

function archiveFile(model: string): string {
  return `archives/${basename(archivePath(model))}`;
}

/** Nothing there, or something else than a file that may be read. */
const NO_FILE = ["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "ENXIO", "EISDIR"];
/** Windows has neither. */
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/** The folder itself may be reached by a link; nothing below it may be one. */
async function openBelow(folder: string, parts: readonly string[]): Promise<OpenFile | undefined> {
  try {
    const path = join(await realpath(folder), ...parts);
    if ((await realpath(dirname(path))) !== dirname(path)) return undefined;
    // A pipe without a writer would hold up a plain open.
    const handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const info = await handle.stat();
    if (info.isFile()) return { handle, bytes: info.size, changed: info.mtimeMs };
    await handle.close();
    return undefined;
  } catch (error) {
    if (NO_FILE.includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}
