import type { JsonUnits } from "./jsonUnits.ts";

/**
 * The bytes of a JSON file: whole, a `Blob` or `File`, or in parts of any length as a stream of a file or response has
 * them. Only whole bytes need memory for all of the file.
 */
export type JsonSource = Uint8Array | Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** Whole files are worked off in parts, so that an entry is looked for in a part only. */
const PART = 2 ** 22;

export async function feed(units: JsonUnits, source: JsonSource, signal?: AbortSignal): Promise<void> {
  if (source instanceof Uint8Array) feedWhole(units, source);
  else {
    for await (const chunk of chunksOf(source)) {
      signal?.throwIfAborted();
      units.push(chunk);
    }
    units.finish();
  }
}

function chunksOf(source: Exclude<JsonSource, Uint8Array>): AsyncIterable<Uint8Array> {
  if (source instanceof Blob) return streamed(source.stream());
  return "getReader" in source ? streamed(source) : source;
}

/** Not every browser can iterate a stream. */
async function* streamed(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    // Whoever stops early needs no more of the file.
    await reader.cancel().catch(() => {});
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
