import { deflateSync } from "node:zlib";
import { concatenate } from "../../src/support/concatenate.ts";
import { crc32 } from "../../src/support/crc.ts";

export const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const typed = concatenate([new TextEncoder().encode(type), data]);
  return concatenate([uint32(data.length), typed, uint32(crc32(typed))]);
}

export interface Ihdr {
  width: number;
  height: number;
  bitDepth?: number;
  colorType?: number;
  compression?: number;
  filter?: number;
  interlace?: number;
}

export function ihdr(h: Ihdr): Uint8Array {
  const rest = [h.bitDepth ?? 8, h.colorType ?? 0, h.compression ?? 0, h.filter ?? 0, h.interlace ?? 0];
  return pngChunk("IHDR", concatenate([uint32(h.width), uint32(h.height), Uint8Array.from(rest)]));
}

/** Rows with their filter bytes, compressed. */
export function idat(rows: Uint8Array): Uint8Array {
  return pngChunk("IDAT", new Uint8Array(deflateSync(rows)));
}

export const IEND = pngChunk("IEND", new Uint8Array(0));

export function pngFile(...chunks: Uint8Array[]): Uint8Array {
  return concatenate([PNG_SIGNATURE, ...chunks]);
}

/** Sets every checksum right, as far as the chunks can be followed: mutants then get past them. */
export function repairChecksums(bytes: Uint8Array): Uint8Array {
  const repaired = Uint8Array.from(bytes);
  const view = new DataView(repaired.buffer);
  for (let at = PNG_SIGNATURE.length; at + 12 <= repaired.length; ) {
    const end = at + 12 + view.getUint32(at);
    if (end > repaired.length) break;
    view.setUint32(end - 4, crc32(repaired.subarray(at + 4, end - 4)));
    at = end;
  }
  return repaired;
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
