import { fetchBytes } from "./fetchBytes.ts";

/** A file by its URL, relative to the page. */
export function readBytes(source: string | URL): Promise<Uint8Array> {
  return fetchBytes(pageUrl(source).href);
}

/** Reads a file that lies beside another; `name` is a plain file name. */
export function siblingReader(source: string | URL): (name: string) => Promise<Uint8Array> {
  return (name) => fetchBytes(new URL(name, pageUrl(source)).href);
}

/** Where a weights file of this package lies, if its files are served as they are packed. */
export function packagedWeights(file: string): URL {
  return new URL(`../../weights/${file}`, import.meta.url);
}

function pageUrl(source: string | URL): URL {
  return new URL(source, globalThis.location?.href);
}
