import { ModelError } from "../../errors.ts";

/** A file of known length that is read in pieces: on disk, in memory, or within an archive. */
export interface RandomAccessFile {
  /** Its name in errors. */
  readonly where: string;
  readonly length: number;
  /**
   * Fills `target` with the bytes from `offset` on, which must lie within the file. Reading forward is cheap;
   * reading backward may start again from the beginning. Calls must not overlap.
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

/** Reads a whole file of at most `limit` bytes. */
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

/** The files of a model, in a folder or an archive. */
export interface ModelFiles {
  /** Name of the folder or archive in errors. */
  readonly where: string;
  /** The paths of all files, separated by `/`; only these can be opened. */
  readonly paths: readonly string[];
  open(path: string): Promise<RandomAccessFile>;
  /** Closes what is held open. A later read opens it again. */
  close(): Promise<void>;
}
