import { type Dirent, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, isAbsolute, join, normalize, relative, resolve, sep } from "node:path";
import { glob } from "tinyglobby";
import { systemMessage, UsageError } from "../../errors.ts";
import { framesHint } from "../../image/unreadableImage.ts";
import { pathText, realPath, systemPath } from "../../platform/pathBytes.ts";
import { hintForSetting } from "../arguments/neighbors.ts";
import { exactPaths } from "./exactPaths.ts";
import { isHttpUrl, nameOfUrl } from "./fetchImage.ts";
import { isInside } from "./outputTarget.ts";

/** An input image. Whether it can be read is found out when it is read. */
export interface ImageFile {
  /** As the user wrote it (a path, a URL, `-` for standard input), or below the folder that the user named. */
  readonly path: string;
  /** Path relative to the folder or pattern that led to it; for a single file its name. What it is called in outputs. */
  readonly relativePath: string;
}

const IMAGE = /\.(jpe?g|png)$/i;
const OTHER_IMAGE = /\.(avif|bmp|gif|hei[cf]|jp2|jxl|svg|tiff?|webp)$/i;
const VIDEO = /\.(avi|m4v|mkv|mov|mp4|mpe?g|webm|wmv)$/i;
const PATTERN = /[*?[{]|[!@+]\(/;

/**
 * The images that the arguments name, each once, in argument order; images of a folder are sorted by path.
 * Folders are searched recursively, without hidden files and without `outFolders`, which hold earlier results.
 * An argument is a glob only if no file has that name. `onOthers` gets the images of other kinds, and videos, that lie in
 * a folder beside those that are found.
 *
 * @throws UsageError for an argument without any image: an empty folder, a glob without a match.
 */
export async function findImages(
  inputs: readonly string[],
  outFolders: readonly string[],
  onOthers?: (paths: readonly string[]) => void,
): Promise<ImageFile[]> {
  const found = new Map<string, ImageFile>();
  for (const input of inputs) {
    for (const image of await expand(input, outFolders, onOthers)) {
      const key = isLocal(image) ? resolve(image.path) : image.path;
      if (!found.has(key)) found.set(key, image);
    }
  }
  return [...found.values()];
}

/** Whether the image is a file of this machine. */
export function isLocal({ path }: ImageFile): boolean {
  return path !== "-" && !isHttpUrl(path);
}

async function expand(
  input: string,
  outFolders: readonly string[],
  onOthers?: (paths: readonly string[]) => void,
): Promise<ImageFile[]> {
  if (input === "") throw new UsageError({ where: "image", expected: "a path", got: "an empty one" });
  if (input === "-") return [{ path: input, relativePath: "stdin" }];
  if (isHttpUrl(input)) return [{ path: input, relativePath: nameOfUrl(input) }];
  const info = statOf(input);
  if (!info) refuseForeign(input);
  if (info?.isDirectory()) {
    const expected = "images (.jpg, .jpeg, .png) in this folder";
    const found = await searchFolder(input, outFolders);
    onOthers?.(found.others);
    return withoutEarlierResults(input, input, found, outFolders, expected);
  }
  if (!info && PATTERN.test(input)) {
    const expected = "files that match this pattern";
    const images = await searchGlob(input);
    return withoutEarlierResults(input, fixedPart(input), { images, others: [] }, outFolders, expected);
  }
  return [{ path: input, relativePath: basename(input) }];
}

/** @throws UsageError for `conf=0.3`, as other programs take settings, and for addresses that are not http or https. */
function refuseForeign(input: string): void {
  const [, name, value] = /^([a-z_]+)=(.*)$/is.exec(input) ?? [];
  const hint = name && hintForSetting(name, value);
  if (hint)
    throw new UsageError({ where: `argument ${input}`, expected: "an image", got: "a setting", hint });
  const scheme = /^([a-z][a-z\d+.-]+):\/\//i.exec(input)?.[1];
  if (scheme === undefined) return;
  const expected = "a path, or an http or https URL";
  throw new UsageError({ where: `argument ${input}`, expected, got: `the scheme ${scheme}` });
}

/** Synchronous, because a hundred thousand arguments then take one second instead of several. */
function statOf(path: string) {
  try {
    return statSync(systemPath(path), { throwIfNoEntry: false });
  } catch {
    // The error recurs, and is reported, when the image is read.
    return undefined;
  }
}

function withoutEarlierResults(
  input: string,
  base: string,
  { images, others }: Found,
  outFolders: readonly string[],
  expected: string,
): ImageFile[] {
  // Who names a folder of results wants what is in it.
  const skipped = outFolders.filter((folder) => !isInside(folder, base));
  const isLeft = (path: string) => !skipped.some((folder) => isInside(folder, path));
  const left = images.filter(isLeft);
  if (left.length === 0)
    throw new UsageError({ where: input, expected, ...otherwise(others.filter(isLeft)) });
  return left.map((path) => ({ path, relativePath: relative(base, path) }));
}

interface Found {
  readonly images: string[];
  /** Images of other kinds, and videos, which are only counted. */
  readonly others: string[];
}

/** What there is instead of images that can be read, and what to do with it. */
function otherwise(others: readonly string[]): { got: string; hint?: string } {
  const [first] = others;
  if (first === undefined) return { got: "none" };
  const got = `none, but ${others.length} of other kinds, such as ${first}`;
  return { got, hint: VIDEO.test(first) ? framesHint(first) : "Convert them to JPEG or PNG." };
}

async function searchFolder(folder: string, outFolders: readonly string[]): Promise<Found> {
  const found: Found = { images: [], others: [] };
  const folders = [folder];
  const links: string[] = [];
  /** Real paths, so that a link to a folder above is not followed forever. */
  const searched = new Set<string>();
  const results = await Promise.all(outFolders.map((path) => realPath(path).catch(() => path)));
  // Links come last, so that an image is found at its own place first.
  for (let next = folders.pop() ?? links.pop(); next !== undefined; next = folders.pop() ?? links.pop()) {
    const real = await realPath(next).catch(() => resolve(String(next)));
    if (searched.has(real) || (next !== folder && results.includes(real))) continue;
    searched.add(real);
    for (const entry of await entriesOf(next)) {
      const name = pathText(entry.name);
      if (name.startsWith(".")) continue;
      const path = join(next, name);
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isSymbolicLink() && statOf(path)?.isDirectory()) links.push(path);
      else if (IMAGE.test(name)) found.images.push(path);
      else if (OTHER_IMAGE.test(name) || VIDEO.test(name)) found.others.push(path);
    }
  }
  found.images.sort();
  found.others.sort();
  return found;
}

function entriesOf(folder: string): Promise<Dirent<Buffer>[]> {
  return readdir(systemPath(folder), { withFileTypes: true, encoding: "buffer" }).catch((error: unknown) => {
    const fault = { where: folder, expected: "a folder that can be read", got: systemMessage(error) };
    throw new UsageError(fault, { cause: error });
  });
}

async function searchGlob(pattern: string): Promise<string[]> {
  const portable = sep === "\\" ? pattern.replaceAll("\\", "/") : pattern;
  const absolute = isAbsolute(pattern);
  const paths = await glob(portable, { expandDirectories: false, absolute });
  const exact = await Promise.all(paths.map(exactPaths));
  return exact.flat().map(normalize).sort();
}

/** The folders of a glob before its first wildcard: `photos` of `photos/**\/*.jpg`. */
function fixedPart(pattern: string): string {
  const parts = pattern.split(/[/\\]/);
  const first = parts.findIndex((part) => PATTERN.test(part));
  return parts.slice(0, first).join("/") || (pattern.startsWith("/") ? "/" : ".");
}
