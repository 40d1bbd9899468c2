import type { RandomAccessFile } from "../checkpoints/bytes/randomAccessFile.ts";
import type { WeightsLocation } from "../checkpoints/openCheckpoint.ts";
import type { ReadSibling } from "../checkpoints/tfjs/tfjs.ts";
import { fileKind, START_BYTES } from "../support/fileKind/fileKind.ts";

/**
 * Weights in a Blob, such as a file that a page fetched or that its user chose. Browsers keep large Blobs on
 * disk, so they are read in pieces.
 */
export async function blobWeights(
  blob: Blob,
  where: string,
  readSibling?: ReadSibling,
): Promise<WeightsLocation> {
  const start = new Uint8Array(await blob.slice(0, START_BYTES).arrayBuffer());
  if (fileKind(start, blob.size).reader === "gzip") {
    return { kind: "archive", file: { where, stream: () => blob.stream() } };
  }
  return { kind: "file", source: blobSource(blob, where), readSibling };
}

function blobSource(blob: Blob, where: string): RandomAccessFile {
  return {
    where,
    length: blob.size,
    async read(offset, target) {
      target.set(new Uint8Array(await blob.slice(offset, offset + target.length).arrayBuffer()));
    },
  };
}
