/** The images that a text file lists, one path or URL a line. */
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { sep } from "node:path";
import { CenterNetError, systemMessage, UsageError } from "../../errors.ts";
import { pathText, systemPath } from "../../platform/pathBytes.ts";
import { isHttpUrl, nameOfUrl } from "../files/fetchImage.ts";
import type { ImageFile, ImageList } from "./imageList.ts";
import { NameTable } from "./nameTable.ts";

const PART = 2 ** 16;
/** Linux knows no longer path, and what has longer lines is no list. */
const MAX_LINE = 4096 * 4;
const NEWLINE = 10;
const RETURN = 13;

/** A list that may be read several times. It is read once before: that counts it and finds names that stand twice. */
export class ListFile implements ImageList {
  length = 0;
  /** SHA-256 over the names, each followed by a newline. */
  digest = "";
  /** Of the parts as they were first read, each short: a list must not change during the run. */
  private readonly parts: string[] = [];
  private bytes = 0;

  private constructor(
    private readonly file: number,
    private readonly where: string,
  ) {}

  /**
   * `file` replaces the file of this path, which then only names it. The list closes it.
   *
   * @throws UsageError for a file that cannot be read, is no text, is empty or names an image twice.
   */
  static open(path: string, signal: AbortSignal, file?: number): ListFile {
    const where = `option --list ${path}`;
    const list = new ListFile(file ?? opened(path, where), where);
    try {
      list.readFirst(signal);
    } catch (error) {
      list.close();
      throw error;
    }
    return list;
  }

  *[Symbol.iterator](): Generator<ImageFile> {
    for (const { name } of this.lines(false)) yield imageOf(pathText(name));
  }

  close(): void {
    closeSync(this.file);
  }

  private readFirst(signal: AbortSignal): void {
    const names = new NameTable();
    const hash = createHash("sha256");
    for (const { name, number } of this.lines(true)) {
      if (this.length++ % 1000 === 0) signal.throwIfAborted();
      hash.update(name).update("\n");
      if (!names.add(name)) this.refuseTwins(name, number);
    }
    this.digest = hash.digest("hex");
    if (this.length === 0) throw this.refused("a path or URL a line", "none");
  }

  private refuseTwins(twin: Uint8Array, last: number): void {
    const bytes = Buffer.from(twin);
    for (const { name, number } of this.lines(false, last)) {
      if (number === last) return;
      if (!bytes.equals(name)) continue;
      throw this.refused("each image once", `${pathText(bytes)} in the lines ${number} and ${last}`);
    }
  }

  /** The lines that are not empty, with their numbers from 1. The bytes of a name are valid until the next. */
  private *lines(
    isFirst: boolean,
    until = Number.POSITIVE_INFINITY,
  ): Generator<{ name: Uint8Array; number: number }> {
    let number = 1;
    let rest: Buffer = Buffer.alloc(0);
    for (const part of this.read(isFirst)) {
      const text = rest.length > 0 ? Buffer.concat([rest, part]) : part;
      let start = number === 1 && rest.length === 0 ? this.startOf(text) : 0;
      for (let end = text.indexOf(NEWLINE, start); end >= 0; end = text.indexOf(NEWLINE, start)) {
        const name = this.nameIn(text.subarray(start, end), number);
        if (name.length > 0) yield { name, number };
        if (number++ >= until) return;
        start = end + 1;
      }
      // A copy, since the next part takes the same memory.
      rest = Buffer.from(text.subarray(start));
      if (rest.length > MAX_LINE) throw this.notText(`a line of more than ${MAX_LINE} bytes`, number);
    }
    const name = this.nameIn(rest, number);
    if (name.length > 0) yield { name, number };
  }

  /** After a byte order mark, which some editors write. */
  private startOf(text: Buffer): number {
    const [a, b, c] = text;
    if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) throw this.notText("UTF-16", 1);
    return a === 0xef && b === 0xbb && c === 0xbf ? 3 : 0;
  }

  private nameIn(line: Buffer, number: number): Buffer {
    if (line.includes(0)) throw this.notText("a zero byte", number);
    return line.at(-1) === RETURN ? line.subarray(0, -1) : line;
  }

  private *read(isFirst: boolean): Generator<Buffer> {
    const buffer = Buffer.allocUnsafe(PART);
    for (let position = 0, part = 0; ; part++) {
      const length = this.readPart(buffer, position);
      const bytes = buffer.subarray(0, length);
      const digest = createHash("sha256").update(bytes).digest("base64").slice(0, 16);
      if (isFirst) this.parts.push(digest);
      else if (this.parts[part] !== digest) throw this.changed();
      position += length;
      if (length > 0) yield bytes;
      if (length < PART) {
        if (isFirst) this.bytes = position;
        else if (position !== this.bytes) throw this.changed();
        return;
      }
    }
  }

  /** Whole parts, but for the last. */
  private readPart(buffer: Buffer, position: number): number {
    try {
      let length = 0;
      for (let read = 1; read > 0 && length < PART; length += read)
        read = readSync(this.file, buffer, length, PART - length, position + length);
      return length;
    } catch (error) {
      if (error instanceof CenterNetError) throw error;
      throw this.refused("to read it", systemMessage(error), error);
    }
  }

  private changed(): UsageError {
    return this.refused("a list that stays as it is during the run", "one that has changed");
  }

  private notText(got: string, line: number): UsageError {
    return this.refused("a text of one path or URL a line", `${got} in line ${line}`);
  }

  private refused(expected: string, got: string, cause?: unknown): UsageError {
    return new UsageError({ where: this.where, expected, got }, { cause });
  }
}

function opened(path: string, where: string): number {
  const expected = "a text of one path or URL a line";
  try {
    const info = statSync(systemPath(path));
    if (info.isDirectory()) throw new Error("a folder");
    if (!info.isFile()) throw new Error("a device or pipe");
    return openSync(systemPath(path), "r");
  } catch (error) {
    const got = systemMessage(error);
    const hint = got === "a device or pipe" ? "Give --list - to read standard input." : undefined;
    throw new UsageError({ where, expected, got, hint }, { cause: error });
  }
}

/**
 * The image of a line. Its name in outputs is its whole path: images of one name in several folders then keep different
 * names, in every shard.
 */
function imageOf(line: string): ImageFile {
  if (isHttpUrl(line)) return { path: line, relativePath: nameOfUrl(line) };
  // A file of this name, since lines are names as they are.
  const path = line === "-" ? "./-" : line;
  const parts = path.split(sep).filter((part) => !/^(\.{0,2}|[a-z]:)$/i.test(part));
  return { path, relativePath: parts.join(sep) || path };
}

/** The digest of a list that is not a file's: the same for the same names. */
export function digestOf(images: ImageList): string {
  if (images instanceof ListFile) return images.digest;
  const hash = createHash("sha256");
  for (const { path } of images) hash.update(systemPath(path)).update("\n");
  return hash.digest("hex");
}
