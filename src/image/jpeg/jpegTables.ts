import { ImageError } from "../../errors.ts";
import { type HuffmanCode, LONGEST_CODE } from "./huffmanTable.ts";
import { BLOCK_CELLS, ZIGZAG } from "./zigzag.ts";

/** The tables that a file has defined so far, by their numbers. */
export interface JpegTables {
  /** What each coefficient of a block, row by row, is multiplied by. */
  readonly quantization: Map<number, Uint16Array>;
  readonly huffmanDc: Map<number, HuffmanCode>;
  readonly huffmanAc: Map<number, HuffmanCode>;
}

/** Takes the tables that a DQT segment (ITU-T T.81 section B.2.4.1) defines; they must fill it exactly. */
export function readQuantizationTables(segment: Uint8Array, tables: JpegTables, where: string): void {
  let at = 0;
  while (at < segment.length) {
    const precision = segment[at] >> 4;
    const id = segment[at] & 15;
    const start = at + 1;
    at = start + BLOCK_CELLS * (precision + 1);
    if (precision > 1 || id > 3 || at > segment.length) throw damaged(`${where}: quantization table ${id}`);
    const table = new Uint16Array(BLOCK_CELLS);
    ZIGZAG.forEach((cell, k) => {
      table[cell] =
        precision === 0 ? segment[start + k] : segment[start + 2 * k] * 256 + segment[start + 2 * k + 1];
    });
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
    (kind === 0 ? tables.huffmanDc : tables.huffmanAc).set(id, { codesOfLength, values });
  }
}

/** No more codes of a length than the shorter ones leave room for. */
function isPrefixCode(codesOfLength: Uint8Array): boolean {
  let free = 1;
  for (const codes of codesOfLength) {
    free = free * 2 - codes;
    if (free < 0) return false;
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
