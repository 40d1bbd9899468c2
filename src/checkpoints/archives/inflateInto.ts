import { Inflate } from "fflate";
import { ModelError } from "../../errors.ts";
import type { RandomAccessFile } from "../bytes/randomAccessFile.ts";

/** Deflate's max compression ratio (258 bytes in two bits, less the overhead). */
export const MAX_DEFLATE_RATIO = 1032;

/** Input is fed in slices, so that a decompression bomb is noticed at most 4 MB beyond the expected size. */
const SLICE = 4096;
const PIECE = 256 * SLICE;

export interface DeflatedBytes {
  readonly archive: RandomAccessFile;
  readonly start: number;
  readonly length: number;
  /** Their name in errors. */
  readonly where: string;
}

/**
 * Inflates deflated bytes (RFC 1951) into `target`.
 *
 * @throws ModelError unless they fill it exactly.
 */
export async function inflateInto(target: Uint8Array, deflated: DeflatedBytes): Promise<void> {
  const { archive, start, length, where } = deflated;
  let filled = 0;
  const inflate = new Inflate((part) => {
    if (filled + part.length > target.length) throw wrong(deflated, target.length, "more");
    target.set(part, filled);
    filled += part.length;
  });
  const piece = new Uint8Array(Math.min(PIECE, length));
  for (let done = 0; done < length; done += piece.length) {
    const bytes = piece.subarray(0, length - done);
    await archive.read(start + done, bytes);
    try {
      for (let at = 0; at < bytes.length; at += SLICE) {
        const end = at + SLICE;
        inflate.push(bytes.subarray(at, end), done + end >= length);
      }
    } catch (cause) {
      if (cause instanceof ModelError) throw cause;
      const got = `broken data after ${filled}`;
      throw new ModelError({ where, expected: `${target.length} deflated bytes`, got }, { cause });
    }
  }
  if (filled < target.length) throw wrong(deflated, target.length, String(filled));
}

function wrong({ where }: DeflatedBytes, expected: number, got: string): ModelError {
  return new ModelError({
    where,
    expected: `${expected} bytes, deflated`,
    got,
    hint: "The file is damaged.",
  });
}
