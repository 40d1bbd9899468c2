import type { JsonUnits } from "./jsonUnits.ts";

/** The bytes of a JSON file: whole, or in parts of any length as a file's or `Blob`'s stream has them. */
export type JsonSource = Uint8Array | AsyncIterable<Uint8Array>;

/** Whole files are worked off in parts, so that an entry is looked for in a part only. */
const PART = 2 ** 22;

export async function feed(units: JsonUnits, source: JsonSource, signal?: AbortSignal): Promise<void> {
  if (source instanceof Uint8Array) feedWhole(units, source);
  else {
    for await (const chunk of source) {
      signal?.throwIfAborted();
      units.push(chunk);
    }
    units.finish();
  }
}

export function feedWhole(units: JsonUnits, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += PART) units.push(bytes.subarray(at, at + PART));
  units.finish();
}

/** What a program has as objects, as the bytes of a file. Numbers that are not finite become text, which is refused. */
export function jsonBytesOf(value: unknown): Uint8Array {
  const text = JSON.stringify(value, (_, part: unknown) => {
    return typeof part === "number" && !Number.isFinite(part) ? String(part) : part;
  });
  return new TextEncoder().encode(text);
}
