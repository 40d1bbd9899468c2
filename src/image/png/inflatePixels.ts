import { Inflate } from "fflate";
import { ImageError } from "../../errors.ts";
import { concatenate } from "../../support/concatenate.ts";

/** Deflate's max compression ratio (258 bytes in two bits, less the overhead). */
const MAX_RATIO = 1032;

/** Input is fed in slices, so that a decompression bomb is noticed at most 4 MB beyond the expected size. */
const SLICE_BYTES = 4096;

/** So far after the beginning of the slice with the last pixel, the stream must have ended. */
const END_BYTES = 2 * SLICE_BYTES;

const ZLIB_HEADER_BYTES = 2;
const ZLIB_CHECKSUM_BYTES = 4;

/**
 * Inflates a PNG's zlib stream up to `expectedBytes`. Like libpng, it ignores what follows the stream, and further
 * pixels in it.
 *
 * @throws ImageError if the stream yields fewer bytes, or as many and does not match its checksum.
 */
export function inflatePixels(compressed: Uint8Array[], expectedBytes: number, where: string): Uint8Array {
  const stream = concatenate(compressed);
  const body = stream.subarray(ZLIB_HEADER_BYTES);
  if (body.length * MAX_RATIO < expectedBytes) throw tooFew(where, expectedBytes, "fewer");
  checkZlibHeader(stream, where);

  const inflated = new Uint8Array(expectedBytes);
  let length = 0;
  const inflate = new Inflate((part) => {
    inflated.set(part.subarray(0, expectedBytes - length), length);
    length += part.length;
  });
  let lastSlice = 0;
  try {
    for (let start = 0; start < body.length && length <= expectedBytes; start += SLICE_BYTES) {
      if (length === expectedBytes && start - lastSlice >= END_BYTES) break;
      const before = length;
      const end = start + SLICE_BYTES;
      inflate.push(body.subarray(start, end), end >= body.length);
      if (length > before) lastSlice = start;
    }
  } catch (cause) {
    const got = `broken data after ${length} bytes`;
    throw damaged(where, `compressed pixels of ${expectedBytes} bytes`, got, { cause });
  }
  if (length < expectedBytes) throw tooFew(where, expectedBytes, `${length}`);
  // Further pixels are not inflated, so their checksum is not known; that of the chunk was checked.
  if (length === expectedBytes && !holdsChecksum(body.subarray(lastSlice), adler32(inflated))) {
    throw damaged(where, "pixels that agree with their checksum", "other ones");
  }
  return inflated;
}

/**
 * Whether the checksum follows the stream, which ends near the start of `rest`. The library does not tell where; a
 * wrong checksum is taken for right once in a million times.
 */
function holdsChecksum(rest: Uint8Array, checksum: number): boolean {
  const view = new DataView(rest.buffer, rest.byteOffset, rest.length);
  const last = Math.min(rest.length - ZLIB_CHECKSUM_BYTES, END_BYTES);
  for (let at = 0; at <= last; at++) if (view.getUint32(at) === checksum) return true;
  return false;
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
