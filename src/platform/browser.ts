import type { ByteSource } from "../checkpoints/byteSource.ts";
import { looksLikeGzip, type StoredWeights } from "../checkpoints/openCheckpoint.ts";
import { fetchBytes, fetchFile } from "./fetchBytes.ts";

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

/**
 * Weights by their URL: a file or an archive, which the browser holds as a Blob (on disk, where it is large)
 * and which is read in pieces. Servers do not list folders.
 */
export async function findWeights(source: string | URL): Promise<StoredWeights> {
  const where = pageUrl(source).href;
  const blob = await (await fetchFile(where)).blob();
  if (looksLikeGzip(new Uint8Array(await blob.slice(0, 2).arrayBuffer()))) {
    return { kind: "archive", file: { where, stream: () => blob.stream() } };
  }
  return { kind: "file", source: blobSource(blob, where), readSibling: siblingReader(source) };
}

function blobSource(blob: Blob, where: string): ByteSource {
  return {
    where,
    length: blob.size,
    async read(offset, target) {
      target.set(new Uint8Array(await blob.slice(offset, offset + target.length).arrayBuffer()));
    },
  };
}

/** There is no folder of pulled archives. */
export async function cachedArchive(_modelName: string): Promise<string | undefined> {
  return undefined;
}

function pageUrl(source: string | URL): URL {
  return new URL(source, globalThis.location?.href);
}
