import { ModelError } from "../errors.ts";
import { quote } from "./bytes/json.ts";

/** The length of everything in a tar archive is a multiple of this. */
export const BLOCK = 512;

export interface TarHeader {
  readonly path: string;
  readonly size: number;
  /** As stored: `0` a file, `5` a folder, `L` a long name for the next entry, … */
  readonly type: string;
}

/**
 * A header block (POSIX.1-1988 ustar, and GNU's): fields of text and of octal numbers at fixed places.
 * Throws ModelError where its checksum or a number is broken.
 */
export function parseTarHeader(block: Uint8Array, where: string): TarHeader {
  const stored = number(block, 148, 8, `${where} checksum`);
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 0x20 : block[i];
  if (sum !== stored) {
    const hint = "The file is damaged or no tar archive.";
    throw new ModelError({ where, expected: `checksum ${stored}`, got: String(sum), hint });
  }
  const name = text(block, 0, 100, where);
  // GNU archives ("ustar  ") have other fields where POSIX's have the start of a long path.
  const prefix = text(block, 257, 8, where) === "ustar" ? text(block, 345, 155, where) : "";
  return {
    path: prefix === "" ? name : `${prefix}/${name}`,
    size: number(block, 124, 12, `${where} size`),
    type: String.fromCharCode(block[156] || "0".charCodeAt(0)),
  };
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** Up to the first zero byte. */
export function text(block: Uint8Array, start: number, length: number, where: string): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  try {
    return UTF8.decode(end < 0 ? field : field.subarray(0, end));
  } catch (cause) {
    throw new ModelError({ where, expected: "names in UTF-8", got: "other bytes" }, { cause });
  }
}

/** Octal digits between spaces and zero bytes; or GNU's form for large numbers: 0x80, then big-endian. */
function number(block: Uint8Array, start: number, length: number, where: string): number {
  const field = block.subarray(start, start + length);
  if (field[0] === 0x80) {
    const value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
    if (Number.isSafeInteger(value)) return value;
    throw new ModelError({ where, expected: "a number below 2^53", got: String(value) });
  }
  const characters = String.fromCharCode(...field);
  const octal = /^ *([0-7]+)[ \0]*$/.exec(characters);
  if (octal) return Number.parseInt(octal[1], 8);
  throw new ModelError({ where, expected: "an octal number", got: quote(characters) });
}

/** The records of a pax header, `<length> <key>=<value>\n` each. */
export function parsePax(bytes: Uint8Array, where: string): Map<string, string> {
  const records = new Map<string, string>();
  let position = 0;
  while (position < bytes.length) {
    const space = bytes.indexOf(0x20, position);
    const digits = space < 0 ? "" : text(bytes, position, space - position, where);
    const end = position + (/^[1-9]\d{0,8}$/.test(digits) ? Number(digits) : Number.NaN);
    const record =
      end <= bytes.length && end > space + 1 ? text(bytes, space + 1, end - space - 1, where) : "";
    const match = /^([^=]+)=([\s\S]*)\n$/.exec(record);
    if (!match) {
      const got = quote(digits === "" ? "no length" : `${digits} ${record}`);
      throw new ModelError({ where: `${where}, byte ${position}`, expected: "a pax record", got });
    }
    records.set(match[1], match[2]);
    position = end;
  }
  return records;
}
