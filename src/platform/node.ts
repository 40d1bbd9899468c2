import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fetchBytes } from "./fetchBytes.ts";

/** A file by its path or URL. Errors are the file system's own, or a ModelError for a failed download. */
export async function readBytes(source: string | URL): Promise<Uint8Array> {
  const text = source.toString();
  if (/^https?:/.test(text)) return fetchBytes(text);
  return new Uint8Array(await readFile(text.startsWith("file:") ? fileURLToPath(text) : text));
}

/** Reads a file that lies beside another; `name` is a plain file name. */
export function siblingReader(source: string | URL): (name: string) => Promise<Uint8Array> {
  const text = source.toString();
  if (/^https?:/.test(text)) return (name) => fetchBytes(new URL(name, text).href);
  const path = text.startsWith("file:") ? fileURLToPath(text) : text;
  return (name) => readBytes(join(dirname(path), basename(name)));
}

/** Where a weights file of this package lies. */
export function packagedWeights(file: string): URL {
  return new URL(`../../weights/${file}`, import.meta.url);
}
