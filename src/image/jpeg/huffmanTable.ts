/** A Huffman code as a DHT segment defines it (ITU-T T.81 section B.2.4.2). */
export interface HuffmanCode {
  /** How many codes have 1, 2, … 16 bits. */
  readonly codesOfLength: Uint8Array;
  /** What the codes stand for, in ascending order of the codes. */
  readonly values: Uint8Array;
}

export const LONGEST_CODE = 16;

/**
 * By the next 16 bits of the data: the length of the code that they begin with, times 256, plus the code's value;
 * 0 where they begin with none. One look a code, where a tree would take one a bit.
 */
export type HuffmanTable = Uint16Array;

export function huffmanTable({ codesOfLength, values }: HuffmanCode): HuffmanTable {
  const table = new Uint16Array(2 ** LONGEST_CODE);
  let place = 0;
  let start = 0;
  for (let length = 1; length <= LONGEST_CODE; length++) {
    const span = 2 ** (LONGEST_CODE - length);
    for (let codes = codesOfLength[length - 1]; codes > 0; codes--) {
      table.fill(length * 256 + values[place++], start, start + span);
      start += span;
    }
  }
  return table;
}
