import { ImageError } from "../../errors.ts";
import { unstuffed } from "./entropyData.ts";
import { type HuffmanTable, LONGEST_CODE } from "./huffmanTable.ts";

/** Reading looks so many bytes ahead, at most. */
const AHEAD = 8;

/** Reads an interval of entropy-coded data, from each byte's highest bit on. */
export class BitReader {
  private readonly bytes: Uint8Array;
  private readonly end: number;
  /** In bits. */
  private position = 0;

  constructor(
    interval: Uint8Array,
    private readonly where: string,
  ) {
    const { bytes, length } = unstuffed(interval, AHEAD);
    this.bytes = bytes;
    this.end = length * 8;
  }

  /** Reads a code. @throws ImageError where the data end, or hold none. */
  code(table: HuffmanTable): number {
    const entry = table[this.next16()];
    this.position += entry >> 8;
    this.checkEnd();
    if (entry === 0) throw this.damaged("bits that are no Huffman code");
    return entry & 255;
  }

  /** Reads an unsigned number of at most 16 bits. @throws ImageError where the data end. */
  bits(count: number): number {
    const value = this.next16() >> (16 - count);
    this.position += count;
    this.checkEnd();
    return value;
  }

  /** The same of a signed one, which has the first bit 0 where it is negative (section F.1.2.1, EXTEND). */
  signed(count: number): number {
    if (count > LONGEST_CODE) throw this.damaged(`a coefficient of ${count} bits`);
    const value = this.bits(count);
    return count > 0 && value >> (count - 1) === 0 ? value - (1 << count) + 1 : value;
  }

  /** Whether whole bytes are left. */
  hasMore(): boolean {
    return this.end - this.position >= 8;
  }

  damaged(got: string): ImageError {
    return new ImageError({ where: this.where, expected: "a whole JPEG", got, hint: "The file is damaged." });
  }

  private next16(): number {
    const { bytes, position } = this;
    const at = position >> 3;
    const next24 = (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2];
    return (next24 >> (8 - (position & 7))) & 0xffff;
  }

  private checkEnd(): void {
    if (this.position > this.end) throw this.damaged("data that end within it");
  }
}
