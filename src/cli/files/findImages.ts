import { type Dir, type Dirent, statSync } from "node:fs";
import { opendir } from "node:fs/promises";
import { basename, isAbsolute, join, normalize, relative, resolve, sep } from "node:path";
import { systemMessage, UsageError } from "../../errors.ts";
import { framesHint } from "../../image/unreadableImage.ts";
import { pathText, realPath, systemPath } from "../../platform/pathBytes.ts";
import { hintForSetting } from "../arguments/neighbors.ts";
import { type ImageFile, type ImageList, type IndexedImages, joined } from "../lists/imageList.ts";
import { NameTable } from "../lists/nameTable.ts";
import { PackedPaths } from "../lists/packedPaths.ts";
import { exactPaths } from "./exactPaths.ts";
import { isHttpUrl, nameOfUrl } from "./fetchImage.ts";
import { isInside } from "./outputTarget.ts";

export type { ImageFile };

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
): Promise<ImageList> {
  const lists: IndexedImages[] = [];
  for (const input of inputs) lists.push(await expand(input, outFolders, onOthers));
  // What one argument leads to is found once.
  return lists.length === 1 ? lists[0] : withoutTwins(lists);
}

/** Keeps the first of the images that several arguments lead to. */
function withoutTwins(lists: readonly IndexedImages[]): ImageList {
  const firstPlaces = new NameTable(true);
  const twins = new Set<number>();
  let place = 0;
  for (const list of lists) {
    for (const image of list) {
      const key = keyOf(image);
      if (!firstPlaces.set(key, place, (other) => keyOf(imageAt(lists, other)) === key)) twins.add(place);
      place++;
    }
  }
  return joined(lists, twins);
}

function keyOf(image: ImageFile): string {
  return isLocal(image) ? resolve(image.path) : image.path;
}

function imageAt(lists: readonly IndexedImages[], place: number): ImageFile {
  let index = place;
  for (const list of lists) {
    const image = list.at(index);
    if (image) return image;
    index -= list.length;
  }
  throw new RangeError(`image ${place}`);
}

/** Whether the image is a file of this machine. */
export function isLocal({ path }: ImageFile): boolean {
  return path !== "-" && !isHttpUrl(path);
}

async function expand(
  input: string,
  outFolders: readonly string[],
  onOthers?: (paths: readonly string[]) => void,
): Promise<IndexedImages> {
  if (input === "") throw new UsageError({ where: "image", expected: "a path", got: "an empty one" });
  if (input === "-") return [{ path: input, relativePath: "stdin" }];
  if (isHttpUrl(input)) return [{ path: input, relativePath: nameOfUrl(input) }];
  const info = statOf(input);
  if (!info) refuseForeign(input);
  if (info?.isDirectory()) {
    const expected = "images (.jpg, .jpeg, .png) in this folder";
    const { images, others } = await searchFolder(input, outFolders);
    onOthers?.(Array.from(others, ({ path }) => path));
    if (images.length === 0) throw new UsageError({ where: input, expected, ...otherwise(others) });
    return images;
  }
  if (!info && PATTERN.test(input)) return globbed(input, outFolders);
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

interface Found {
  readonly images: PackedPaths;
  /** Images of other kinds, and videos, which are only counted. */
  readonly others: PackedPaths;
}

/** What there is instead of images that can be read, and what to do with it. */
function otherwise(others: PackedPaths): { got: string; hint?: string } {
  const first = others.at(0)?.path;
  if (first === undefined) return { got: "none" };
  const got = `none, but ${others.length} of other kinds, such as ${first}`;
  return { got, hint: VIDEO.test(first) ? framesHint(first) : "Convert them to JPEG or PNG." };
}

async function searchFolder(folder: string, outFolders: readonly string[]): Promise<Found> {
  const found: Found = { images: new PackedPaths(folder), others: new PackedPaths(folder) };
  const folders = [folder];
  const links: string[] = [];
  /** Real paths, so that a link to a folder above is not followed forever. */
  const searched = new Set<string>();
  const results = await Promise.all(outFolders.map((path) => realPath(path).catch(() => path)));
  const skipped = skippedFolders(outFolders, folder);
  // Links come last, so that an image is found at its own place first.
  for (let next = folders.pop() ?? links.pop(); next !== undefined; next = folders.pop() ?? links.pop()) {
    const path = next;
    const real = await realPath(path).catch(() => resolve(path));
    const isResults = results.includes(real) || skipped.some((result) => isInside(result, path));
    if (searched.has(real) || (path !== folder && isResults)) continue;
    searched.add(real);
    found.images.enter(path);
    found.others.enter(path);
    for await (const entry of entriesOf(path)) {
      const name = pathText(entry.name);
      if (name.startsWith(".")) continue;
      const isLink = entry.isSymbolicLink();
      if (entry.isDirectory()) folders.push(join(path, name));
      else if (isLink && statOf(join(path, name))?.isDirectory()) links.push(join(path, name));
      else if (IMAGE.test(name)) found.images.add(entry.name);
      else if (OTHER_IMAGE.test(name) || VIDEO.test(name)) found.others.add(entry.name);
    }
  }
  found.images.sort();
  found.others.sort();
  return found;
}

/** The folders of results, but for those that were asked for: who names one wants what is in it. */
function skippedFolders(outFolders: readonly string[], base: string): readonly string[] {
  return outFolders.filter((folder) => !isInside(folder, base));
}

/** Entry by entry, since there may be millions. */
async function* entriesOf(folder: string): AsyncGenerator<Dirent<Buffer>> {
  try {
    // Node's types know names as text only.
    const options = { encoding: "buffer" as BufferEncoding, bufferSize: 1024 };
    const entries: Dir = await opendir(systemPath(folder), options);
    for await (const entry of entries) yield entry as unknown as Dirent<Buffer>;
  } catch (error) {
    const fault = { where: folder, expected: "a folder that can be read", got: systemMessage(error) };
    throw new UsageError(fault, { cause: error });
  }
}

async function globbed(pattern: string, outFolders: readonly string[]): Promise<IndexedImages> {
  const base = fixedPart(pattern);
  const skipped = skippedFolders(outFolders, base);
  const paths = await searchGlob(pattern);
  const left = paths.filter((path) => !skipped.some((folder) => isInside(folder, path)));
  const expected = "files that match this pattern";
  if (left.length === 0) throw new UsageError({ where: pattern, expected, got: "none" });
  return left.map((path) => ({ path, relativePath: relative(base, path) }));
}

async function searchGlob(pattern: string): Promise<string[]> {
  const portable = sep === "\\" ? pattern.replaceAll("\\", "/") : pattern;
  const absolute = isAbsolute(pattern);
  // Few commands have a pattern: shells expand them.
  const { glob } = await import("tinyglobby");
  const paths = await glob(portable, { expandDirectories: false, absolute });
  const exact = await Promise.all(paths.map(exactPaths));
  // What is not UTF-8 is found once for each name that reads the same.
  return [...new Set(exact.flat().map(normalize))].sort();
}

/** The folders of a glob before its first wildcard: `photos` of `photos/**\/*.jpg`. */
function fixedPart(pattern: string): string {
  const parts = pattern.split(/[/\\]/);
  const first = parts.findIndex((part) => PATTERN.test(part));
  return parts.slice(0, first).join("/") || (pattern.startsWith("/") ? "/" : ".");
}
