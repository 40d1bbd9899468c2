/** Reading a shard's file: strictly, or as far as it goes. */
import { createHash } from "node:crypto";
import { UsageError } from "../../errors.ts";
import { LineCursor } from "./lineCursor.ts";
import { sizeOfShard } from "./shard.ts";
import {
  headerLine,
  parseEnd,
  parseHeader,
  parseImageLine,
  type ShardEnd,
  type ShardHeader,
  type ShardLine,
} from "./shardFormat.ts";

/** A finished shard, image by image. What is read has been checked but for the digest, which the end has. */
export class ShardReader {
  readonly header: ShardHeader;
  /** Set once all lines have been read. */
  end?: ShardEnd;
  private readonly cursor: LineCursor;
  private readonly hash = createHash("sha256");
  private done = 0;
  private failed = 0;

  /** @throws UsageError if there is no header. */
  constructor(
    readonly path: string,
    partBytes?: number,
  ) {
    this.cursor = new LineCursor(path, partBytes);
    const line = this.cursor.next();
    if (!line) throw this.torn("no whole line");
    this.hash.update(line).update("\n");
    this.header = parseHeader(line.toString(), path);
  }

  /**
   * The next image; undefined after the last.
   *
   * @throws UsageError for a file that is torn, has other images than its shard, or is not as it was written.
   */
  next(): ShardLine | undefined {
    if (this.end) return undefined;
    const line = this.cursor.next();
    if (!line) throw this.torn("no end line");
    const text = line.toString();
    this.end = parseEnd(text);
    if (this.end) {
      this.checkEnd(this.end);
      return undefined;
    }
    const { shard, run } = this.header;
    const { number } = this.cursor;
    const image = parseImageLine(text, this.path, number);
    const position = shard.index + this.done * shard.count;
    if (image.position !== position || position >= run.list.images) {
      const expected = position < run.list.images ? `the image of position ${position}` : "the end line";
      const got = `that of position ${image.position} in line ${number}`;
      throw new UsageError({ where: this.path, expected, got, hint: AGAIN });
    }
    this.hash.update(line).update("\n");
    this.done++;
    if (image.hasFailed) this.failed++;
    return image;
  }

  private checkEnd({ images, failed, sha256 }: ShardEnd): void {
    const { done, path, cursor } = this;
    const { shard, run } = this.header;
    const refuse = (expected: string, got: string) => {
      throw new UsageError({ where: path, expected, got, hint: AGAIN });
    };
    const size = sizeOfShard(shard, run.list.images);
    if (done !== size) refuse(`${size} images`, String(done));
    if (images !== done || failed !== this.failed)
      refuse(`${done} images, ${this.failed} failed`, `${images} and ${failed} in the end line`);
    const digest = this.hash.digest("hex");
    if (digest !== sha256) refuse("the digest of its end line", "another: it was changed or is damaged");
    if (cursor.next() || cursor.isTorn) refuse("its end line last", "more after it");
  }

  private torn(what: string): UsageError {
    const expected = "a shard's whole file";
    return new UsageError({ where: this.path, expected, got: `a torn one: ${what}`, hint: AGAIN });
  }
}

const AGAIN = "Remove it and run the shard again.";

/** How far an unfinished file of this header is right. */
export interface WholeLines {
  readonly path: string;
  /** Lines of images. */
  readonly images: number;
  /** Bytes of the header and these lines. */
  readonly bytes: number;
}

/** Reads as far as whole lines go. Undefined for a file of another header, or one that cannot be read. */
export function wholeLines(path: string, header: ShardHeader): WholeLines | undefined {
  try {
    const cursor = new LineCursor(path);
    if (cursor.next()?.toString() !== headerLine(header)) return undefined;
    const { shard, run } = header;
    let images = 0;
    let bytes = cursor.position;
    for (let line = cursor.next(); line; line = cursor.next()) {
      const position = shard.index + images * shard.count;
      if (position >= run.list.images || !isLineOf(position, line.toString(), path)) break;
      images++;
      bytes = cursor.position;
    }
    return { path, images, bytes };
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

function isLineOf(position: number, line: string, path: string): boolean {
  try {
    return parseImageLine(line, path, 0).position === position;
  } catch {
    return false;
  }
}
