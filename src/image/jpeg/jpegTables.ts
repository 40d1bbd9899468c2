import { ImageError } from "../../errors.ts";

/** A Huffman code as a DHT segment defines it (ITU-T T.81 section B.2.4.2). */
export interface HuffmanCode {
  /** How many codes have 1, 2, … 16 bits. */
  readonly codesOfLength: Uint8Array;
  /** What the codes stand for, in ascending order of the codes. */
  readonly values: Uint8Array;
}

/** The tables that a file has defined so far, by their numbers. */
export interface JpegTables {
  /** 64 factors each, in the order of the file (zigzag). */
  readonly quantization: Map<number, Uint16Array>;
  readonly huffmanDc: Map<number, HuffmanCode>;
  readonly huffmanAc: Map<number, HuffmanCode>;
}

export const LONGEST_CODE = 16;
const COEFFICIENTS = 64;
/** A DC code stands for a number of bits (section F.1.2.1); libjpeg refuses more, too. */
const MAX_DC_BITS = 15;

/**
 * The typical Huffman tables of section K.3 as one DHT segment: DC and AC of luma, then of chroma. Each
 * begins with its kind and number and how many codes have 1, 2, … 16 bits; what the codes stand for follows.
 */
const STANDARD_HUFFMAN_TABLES = [
  "00 00010501010101010100000000000000 000102030405060708090a0b",
  "10 0002010303020403050504040000017d",
  "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a",
  "3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a929394",
  "95969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8",
  "e9eaf1f2f3f4f5f6f7f8f9fa",
  "01 00030101010101010101010000000000 000102030405060708090a0b",
  "11 00020102040403040705040400010277",
  "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728",
  "292a35363738393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92",
  "939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7",
  "e8e9eaf2f3f4f5f6f7f8f9fa",
].join("");

/** Takes the tables that a DQT segment (section B.2.4.1) defines; they must fill it exactly. */
export function readQuantizationTables(segment: Uint8Array, tables: JpegTables, where: string): void {
  let at = 0;
  while (at < segment.length) {
    const precision = segment[at] >> 4;
    const id = segment[at] & 15;
    const start = at + 1;
    at = start + COEFFICIENTS * (precision + 1);
    if (precision > 1 || id > 3 || at > segment.length) throw damaged(`${where}: quantization table ${id}`);
    const table = Uint16Array.from({ length: COEFFICIENTS }, (_, k) =>
      precision === 0 ? segment[start + k] : segment[start + 2 * k] * 256 + segment[start + 2 * k + 1],
    );
    tables.quantization.set(id, table);
  }
}

/** Takes the tables that a DHT segment (section B.2.4.2) defines; they must fill it exactly. */
export function readHuffmanTables(segment: Uint8Array, tables: JpegTables, where: string): void {
  let at = 0;
  while (at < segment.length) {
    const kind = segment[at] >> 4;
    const id = segment[at] & 15;
    const codesOfLength = segment.subarray(at + 1, at + 1 + LONGEST_CODE);
    const codes = codesOfLength.reduce((sum, n) => sum + n, 0);
    at += 1 + LONGEST_CODE + codes;
    const isWhole = codesOfLength.length === LONGEST_CODE && at <= segment.length;
    if (kind > 1 || id > 3 || codes > 256 || !isWhole || !isPrefixCode(codesOfLength)) {
      throw damaged(`${where}: Huffman table ${id}`);
    }
    const values = segment.subarray(at - codes, at);
    if (kind === 0 && values.some((bits) => bits > MAX_DC_BITS)) {
      throw damaged(`${where}: Huffman table ${id}`);
    }
    (kind === 0 ? tables.huffmanDc : tables.huffmanAc).set(id, { codesOfLength, values });
  }
}

/**
 * Defines those of the standard Huffman tables that a file does not define: frames of Motion JPEG have none, or
 * only some. libjpeg does the same before the first scan.
 */
export function useStandardTables({ huffmanDc, huffmanAc }: JpegTables): void {
  const digits = STANDARD_HUFFMAN_TABLES.replaceAll(" ", "").match(/../g) ?? [];
  const standard: JpegTables = { quantization: new Map(), huffmanDc: new Map(), huffmanAc: new Map() };
  readHuffmanTables(
    Uint8Array.from(digits, (byte) => Number.parseInt(byte, 16)),
    standard,
    "standard tables",
  );
  for (const [id, code] of standard.huffmanDc) if (!huffmanDc.has(id)) huffmanDc.set(id, code);
  for (const [id, code] of standard.huffmanAc) if (!huffmanAc.has(id)) huffmanAc.set(id, code);
}

/** No more codes of a length than the shorter ones leave room for, and none of ones only (annex C). */
function isPrefixCode(codesOfLength: Uint8Array): boolean {
  let free = 1;
  for (const codes of codesOfLength) {
    free = free * 2 - codes;
    if (free < 1) return false;
  }
  return true;
}

function damaged(where: string): ImageError {
  return new ImageError({
    where,
    expected: "a table as the JPEG standard defines it",
    got: "other contents",
    hint: "The file is damaged.",
  });
}
