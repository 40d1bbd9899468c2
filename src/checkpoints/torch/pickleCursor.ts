import { ModelError } from "../../errors.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const MAX_LINE = 1000;
/** In bytes. The longest integers in real files are random seeds. */
const MAX_INTEGER_BYTES = 1024;

/** Reads a pickle's bytes in order. Every length is checked against the remaining bytes. */
export class PickleCursor {
  position = 0;
  private readonly view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    /** The pickle's name in errors. */
    readonly where: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  take(length: number): Uint8Array {
    const start = this.advance(length);
    return this.bytes.subarray(start, start + length);
  }

  uint8(): number {
    return this.view.getUint8(this.advance(1));
  }

  uint16(): number {
    return this.view.getUint16(this.advance(2), true);
  }

  uint32(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  int32(): number {
    return this.view.getInt32(this.advance(4), true);
  }

  /** Rounded beyond 2^53, which no file reaches. */
  uint64(): number {
    return Number(this.view.getBigUint64(this.advance(8), true));
  }

  /** Pickle's only big-endian number. */
  float64(): number {
    return this.view.getFloat64(this.advance(8), false);
  }

  /**
   * Two's complement, little-endian; zero bytes mean 0. Returns a BigInt only if a number would not be exact.
   */
  integer(length: number): number | bigint {
    const start = this.position;
    const bytes = this.take(length);
    if (length > MAX_INTEGER_BYTES) {
      const expected = `an integer of at most ${MAX_INTEGER_BYTES} bytes`;
      throw new ModelError({ where: `${this.where} byte ${start}`, expected, got: String(length) });
    }
    let digits = "";
    for (let i = length - 1; i >= 0; i--) digits += bytes[i].toString(16).padStart(2, "0");
    const unsigned = BigInt(`0x${digits || "0"}`);
    const value = BigInt.asIntN(8 * length, unsigned);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  text(length: number): string {
    const where = `${this.where} byte ${this.position}`;
    const text = this.textOrBytes(length);
    if (text === undefined) throw new ModelError({ where, expected: "text in UTF-8", got: "other bytes" });
    return text;
  }

  /** Undefined if the bytes are not text. */
  textOrBytes(length: number): string | undefined {
    const bytes = this.take(length);
    try {
      return utf8.decode(bytes);
    } catch {
      return undefined;
    }
  }

  /** Reads up to and including the next line feed. */
  line(): string {
    const end = this.bytes.subarray(this.position, this.position + MAX_LINE).indexOf(10);
    if (end < 0) throw this.truncated("the end of a line");
    const text = this.text(end);
    this.advance(1);
    return text;
  }

  private advance(length: number): number {
    const start = this.position;
    const left = this.bytes.length - start;
    if (length > left) throw this.truncated(`${length} more bytes`, String(left));
    this.position += length;
    return start;
  }

  private truncated(expected: string, got = "none"): ModelError {
    return new ModelError({
      where: `${this.where} byte ${this.position}`,
      expected,
      got,
      hint: "The pickle is truncated or damaged.",
    });
  }
}
