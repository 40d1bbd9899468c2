import { ModelError } from "../../errors.ts";

/** A file of known length, read in pieces: on disk, in memory, or within an archive. */
export interface RandomAccessFile {
  /** As errors name it. */
  readonly where: string;
  readonly length: number;
  /**
   * Fills `target` with the bytes from `offset` on, which must lie within the file. Going forward is cheap;
   * going back may cost reading from the start again. One call at a time.
   */
  read(offset: number, target: Uint8Array): Promise<void>;
}

export function bytesSource(bytes: Uint8Array, where: string): RandomAccessFile {
  return {
    where,
    length: bytes.length,
    async read(offset, target) {
      target.set(bytes.subarray(offset, offset + target.length));
    },
  };
}

/** A whole file of at most `limit` bytes. */
export async function readWhole(source: RandomAccessFile, limit: number): Promise<Uint8Array> {
  if (source.length > limit) {
    throw new ModelError({
      where: source.where,
      expected: `at most ${limit} bytes`,
      got: String(source.length),
    });
  }
  const bytes = new Uint8Array(source.length);
  await source.read(0, bytes);
  return bytes;
}

/** The files of a model as they lie together in a folder or an archive. */
export interface ModelFiles {
  /** The folder or the archive, as errors name it. */
  readonly where: string;
  /** Of all files, with `/` between folders; only files that are in the list can be opened. */
  readonly paths: readonly string[];
  open(path: string): Promise<RandomAccessFile>;
  /** Gives back what is held open. Reading on opens it again. */
  close(): Promise<void>;
}
