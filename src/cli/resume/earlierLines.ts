/** The lines that earlier runs wrote, by image: 16 bytes for each, as long as it is. */
import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UsageError } from "../../errors.ts";
import { isObject } from "../../support/checkArguments.ts";
import { unfinishedStart } from "../files/lineFile.ts";
import { type ImageList, type ListedImage, numbered } from "../lists/imageList.ts";
import { NameTable } from "../lists/nameTable.ts";
import { LineCursor } from "../shards/lineCursor.ts";

/** A value of the table is the file's number times this, plus the line's start. */
const MAX_FILE = 2 ** 44;
const LINE_PART = 2 ** 14;

export class EarlierLines {
  /** Images that have a line. */
  count = 0;
  private readonly places = new NameTable(true);
  /** Reads on where the last line ended, since lines mostly have the order of the images. */
  private cursor?: LineCursor;
  /** A bit for each image that has a line. */
  private readonly done: Uint8Array;

  /**
   * @throws UsageError for lines of images that are not in the list, and for what are no lines; but the last lines of an
   *   unfinished file may be torn.
   */
  constructor(
    images: ImageList,
    private readonly files: readonly string[],
    private readonly where: string,
    signal: AbortSignal,
  ) {
    this.done = new Uint8Array(Math.ceil(images.length / 8));
    if (files.length === 0) return;
    const names = new NameTable();
    for (const { path } of images) names.add(path);
    for (const [number, path] of files.entries()) this.index(path, number, names, signal);
    for (const image of numbered(images)) {
      if (this.lineOf(image) === undefined) continue;
      this.count++;
      this.done[image.position >> 3] |= 1 << (image.position & 7);
    }
  }

  has(position: number): boolean {
    return (this.done[position >> 3] & (1 << (position & 7))) !== 0;
  }

  /** The line of an image; undefined if there is none. */
  lineOf({ path }: Pick<ListedImage, "path">): string | undefined {
    const place = this.places.get(path);
    if (place === undefined) return undefined;
    const file = this.files[Math.floor(place / MAX_FILE)];
    const start = place % MAX_FILE;
    if (this.cursor?.path !== file || this.cursor.position !== start)
      this.cursor = new LineCursor(file, LINE_PART, start);
    const line = this.cursor.next()?.toString() ?? "";
    // Another name may have the same hash.
    return imageOf(line) === path ? line : undefined;
  }

  private index(path: string, number: number, names: NameTable, signal: AbortSignal): void {
    const cursor = new LineCursor(path);
    const isUnfinished = path.includes(".unfinished-");
    for (let start = 0, line = cursor.next(); line; start = cursor.position, line = cursor.next()) {
      if (cursor.number % 1000 === 0) signal.throwIfAborted();
      const image = imageOf(line.toString());
      if (image === undefined) {
        if (isUnfinished) return;
        const got = `another line ${cursor.number}`;
        throw new UsageError({ where: path, expected: "lines of detect --json", got });
      }
      if (!names.has(image)) {
        const expected = "lines of the images of this run";
        throw new UsageError({ where: this.where, expected, got: `one of ${image} in ${path}` });
      }
      this.places.set(image, number * MAX_FILE + start);
    }
  }
}

function imageOf(line: string): string | undefined {
  try {
    const record: unknown = JSON.parse(line);
    return isObject(record) && typeof record.image === "string" ? record.image : undefined;
  } catch {
    return undefined;
  }
}

/** The finished file and the unfinished ones of runs that were killed, but for those of processes that still run. */
export async function earlierFiles(path: string): Promise<string[]> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => []);
  const start = unfinishedStart(path);
  const unfinished = names.filter(
    (name) => start !== undefined && name.startsWith(start) && !isWritten(name),
  );
  return [...names.filter((name) => name === basename(path)), ...unfinished.sort()].map((name) =>
    join(folder, name),
  );
}

function isWritten(name: string): boolean {
  const id = Number(/\.unfinished-(\d+)(?:-\d+)?$/.exec(name)?.[1]);
  if (id === process.pid || !Number.isInteger(id)) return false;
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
