import { closeSync, openSync, readSync } from "node:fs";
import { systemMessage, UsageError } from "../../errors.ts";
import { systemPath } from "../../platform/pathBytes.ts";

const NEWLINE = 10;
/** A line with a thousand detections has 2 MB. */
const MAX_LINE = 2 ** 28;

/**
 * Reads a file line by line. It is open only while a part is read, so that a thousand files can be read in turns, each with
 * one part in memory.
 */
export class LineCursor {
  /** Lines so far. */
  number = 0;
  /** Where the next line starts. */
  position: number;
  private part: Buffer = Buffer.alloc(0);
  private start = 0;
  private read: number;
  private isAtEnd = false;

  constructor(
    readonly path: string,
    private readonly partBytes = 2 ** 20,
    start = 0,
  ) {
    this.position = start;
    this.read = start;
  }

  /**
   * The next line that has an end, without it, valid until the next call. Undefined after the last.
   *
   * @throws UsageError if the file cannot be read.
   */
  next(): Buffer | undefined {
    let end = this.part.indexOf(NEWLINE, this.start);
    for (let wanted = this.partBytes; end < 0; wanted *= 2) {
      if (this.isAtEnd) return undefined;
      const left = this.part.length - this.start;
      this.readMore(wanted);
      end = this.part.indexOf(NEWLINE, left);
    }
    const line = this.part.subarray(this.start, end);
    this.start = end + 1;
    this.position += line.length + 1;
    this.number++;
    return line;
  }

  /** Whether bytes follow the last line: the start of a line that was never finished. To be asked at the end. */
  get isTorn(): boolean {
    return this.start < this.part.length;
  }

  private readMore(wanted: number): void {
    const rest = this.part.subarray(this.start);
    if (rest.length > MAX_LINE) {
      throw new UsageError({ where: this.path, expected: "lines of JSON", got: "an endless line" });
    }
    const part = Buffer.allocUnsafe(rest.length + wanted);
    rest.copy(part);
    let filled = rest.length;
    try {
      const file = openSync(systemPath(this.path), "r");
      try {
        for (let got = 1; got > 0 && filled < part.length; filled += got, this.read += got)
          got = readSync(file, part, filled, part.length - filled, this.read);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      const fault = { where: this.path, expected: "to read it", got: systemMessage(error) };
      throw new UsageError(fault, { cause: error });
    }
    this.isAtEnd = filled < part.length;
    this.part = part.subarray(0, filled);
    this.start = 0;
  }
}
