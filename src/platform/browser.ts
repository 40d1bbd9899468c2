import type { WeightsLocation } from "../checkpoints/openCheckpoint.ts";
import { blobWeights, bytesWeights, SMALL } from "./blobWeights.ts";
import { type DownloadOptions, fetchBytes, fetchBytesOrBlob } from "./fetchBytes.ts";

export { fetchFile } from "./fetchBytes.ts";

/** A file by its URL, relative to the page. */
export function readBytes(source: string | URL): Promise<Uint8Array> {
  return fetchBytes(pageUrl(source).href);
}

/** Reads a file that lies beside another; `name` is a plain file name. */
export function siblingReader(source: string | URL): (name: string) => Promise<Uint8Array> {
  return (name) => fetchBytes(new URL(name, pageUrl(source)).href);
}

/** Weights by their URL: a file or an archive. Servers do not list folders. */
export async function findWeights(source: string | URL, options?: DownloadOptions): Promise<WeightsLocation> {
  const where = pageUrl(source).href;
  const file = await fetchBytesOrBlob(where, SMALL, options);
  if (file instanceof Blob) return blobWeights(file, where, siblingReader(source));
  return bytesWeights(file, where, siblingReader(source));
}

/** Browsers have no cache of pulled archives. */
export async function cachedArchive(_modelName: string): Promise<string | undefined> {
  return undefined;
}

function pageUrl(source: string | URL): URL {
  return new URL(source, globalThis.location?.href);
}
