import { Inflate } from "fflate";
import { ImageError } from "../../errors.ts";
import { concatenate } from "../../support/concatenate.ts";

/** Deflate's max compression ratio (258 bytes in two bits, less the overhead). */
const MAX_RATIO = 1032;

/** Input is fed in slices, so that a decompression bomb is noticed at most 4 MB beyond the expected size. */
const SLICE_BYTES = 4096;

const ZLIB_HEADER_BYTES = 2;
const ZLIB_CHECKSUM_BYTES = 4;

/**
 * Inflates a PNG's zlib stream.
 *
 * @throws ImageError unless it yields exactly `expectedBytes` and matches its checksum.
 */
export function inflatePixels(compressed: Uint8Array[], expectedBytes: number, where: string): Uint8Array {
  const stream = concatenate(compressed);
  const body = stream.subarray(ZLIB_HEADER_BYTES, -ZLIB_CHECKSUM_BYTES);
  if (body.length * MAX_RATIO < expectedBytes) throw tooFew(where, expectedBytes, "fewer");
  checkZlibHeader(stream, where);

  const inflated = new Uint8Array(expectedBytes);
  let length = 0;
  const inflate = new Inflate((part) => {
    if (length + part.length > expectedBytes) throw tooMany(where, expectedBytes);
    inflated.set(part, length);
    length += part.length;
  });
  try {
    for (let start = 0; start < body.length; start += SLICE_BYTES) {
      const end = start + SLICE_BYTES;
      inflate.push(body.subarray(start, end), end >= body.length);
    }
  } catch (cause) {
    if (cause instanceof ImageError) throw cause;
    const got = `broken data after ${length} bytes`;
    throw damaged(where, `compressed pixels of ${expectedBytes} bytes`, got, { cause });
  }
  if (length < expectedBytes) throw tooFew(where, expectedBytes, `${length}`);
  const checksum = new DataView(stream.buffer, stream.byteOffset + stream.length - ZLIB_CHECKSUM_BYTES);
  if (adler32(inflated) !== checksum.getUint32(0)) {
    throw damaged(where, "pixels that agree with their checksum", "other ones");
  }
  return inflated;
}

function checkZlibHeader(stream: Uint8Array, where: string): void {
  const header = stream[0] * 256 + stream[1];
  const isDeflate = (stream[0] & 15) === 8;
  const hasDictionary = (stream[1] & 32) !== 0;
  if (!isDeflate || hasDictionary || header % 31 !== 0) {
    throw damaged(where, "a zlib stream", `one that begins with 0x${header.toString(16).padStart(4, "0")}`);
  }
}

function tooFew(where: string, expectedBytes: number, got: string): ImageError {
  return damaged(where, `${expectedBytes} bytes of pixels`, got);
}

function tooMany(where: string, expectedBytes: number): ImageError {
  return damaged(where, `${expectedBytes} bytes of pixels`, "more");
}

function damaged(where: string, expected: string, got: string, options?: ErrorOptions): ImageError {
  const hint = "The file is damaged.";
  return new ImageError({ where: `${where}: IDAT`, expected, got, hint }, options);
}

/** The checksum at the end of a zlib stream (RFC 1950). */
function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let start = 0; start < bytes.length; start += STEP) {
    const end = Math.min(start + STEP, bytes.length);
    for (let i = start; i < end; i++) {
      a += bytes[i];
      b += a;
    }
    a %= MODULUS;
    b %= MODULUS;
  }
  return (b * 65536 + a) >>> 0;
}

const MODULUS = 65521;

/** The max number of bytes between two divisions that keeps the sums below 2^32. */
const STEP = 5552;
