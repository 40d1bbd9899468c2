/**
 * File names on Linux are bytes, which need not be UTF-8. Here a path is text in which each byte that is not UTF-8
 * is a lone surrogate, U+DC80 to U+DCFF, as in Python (PEP 383): so every name has one text, and every such text
 * one name.
 */
import { realpath } from "node:fs/promises";

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const ESCAPES = 0xdc00;
const MAX_SEQUENCE = 4;

/** The text of a path or name. */
export function pathText(bytes: Uint8Array): string {
  const whole = decoded(bytes);
  if (whole !== undefined) return whole;
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    let length = Math.min(MAX_SEQUENCE, bytes.length - at);
    let part: string | undefined;
    // Of the shortest: a longer one may be several characters.
    for (let tried = 1; tried <= length && part === undefined; tried++) {
      part = decoded(bytes.subarray(at, at + tried));
      if (part !== undefined) length = tried;
    }
    text += part ?? String.fromCharCode(ESCAPES + bytes[at]);
    at += part === undefined ? 1 : length;
  }
  return text;
}

/** What the functions of `node:fs` take for this text. */
export function systemPath(text: string): string | Buffer {
  // With the flag u, only lone surrogates match.
  if (!/[\udc80-\udcff]/u.test(text)) return text;
  const parts = text.split(/([\udc80-\udcff])/u);
  return Buffer.concat(
    parts.map((part, i) => (i % 2 === 1 ? Buffer.of(part.charCodeAt(0) - ESCAPES) : Buffer.from(part))),
  );
}

/** The path with every symbolic link resolved. @throws the file system's error if nothing is there. */
export async function realPath(path: string): Promise<string> {
  return pathText(await realpath(systemPath(path), { encoding: "buffer" }));
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}
