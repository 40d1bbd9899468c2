import { ImageError } from "../../errors.ts";
import type { JpegTables } from "./jpegScan.ts";

const COEFFICIENTS = 64;
const CODE_LENGTHS = 16;

/** Notes which tables a DQT segment (ITU-T T.81 section B.2.4.1) defines; they must fill it exactly. */
export function noteQuantizationTables(segment: Uint8Array, tables: JpegTables, where: string): void {
  let at = 0;
  while (at < segment.length) {
    const precision = segment[at] >> 4;
    const id = segment[at] & 15;
    at += 1 + COEFFICIENTS * (precision + 1);
    if (precision > 1 || id > 3 || at > segment.length) throw damaged(`${where}: quantization table ${id}`);
    tables.quantization.add(id);
  }
}

/** Notes which tables a DHT segment (section B.2.4.2) defines; they must fill it exactly. */
export function noteHuffmanTables(segment: Uint8Array, tables: JpegTables, where: string): void {
  let at = 0;
  while (at < segment.length) {
    const kind = segment[at] >> 4;
    const id = segment[at] & 15;
    const codesOfLength = segment.subarray(at + 1, at + 1 + CODE_LENGTHS);
    const codes = codesOfLength.reduce((sum, n) => sum + n, 0);
    at += 1 + CODE_LENGTHS + codes;
    const isWhole = codesOfLength.length === CODE_LENGTHS && at <= segment.length;
    if (kind > 1 || id > 3 || codes > 256 || !isWhole || !isPrefixCode(codesOfLength)) {
      throw damaged(`${where}: Huffman table ${id}`);
    }
    (kind === 0 ? tables.huffmanDc : tables.huffmanAc).add(id);
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
