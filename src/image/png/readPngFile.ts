import { ImageError } from "../../errors.ts";
import { crc32 } from "../../support/crc.ts";
import { HEADER_BYTES, type PngHeader, readPngHeader } from "./pngHeader.ts";

/** The contents of a PNG file, read chunk by chunk without inflating anything. */
export interface PngFile {
  header: PngHeader;
  /** Red, green and blue per color; null without a palette. */
  palette: Uint8Array | null;
  /** The IDAT chunks; joined they are one zlib stream. */
  compressed: Uint8Array[];
  exif: Uint8Array | null;
  /** tRNS: alpha per color of the palette, or the one color that is transparent. */
  transparency: Uint8Array | null;
  /** iCCP: the profile's name, a zero, the method and the compressed profile. */
  profile: Uint8Array | null;
  /** Has further frames (APNG's acTL). */
  animated: boolean;
}

interface Chunk {
  type: string;
  data: Uint8Array;
}

const SIGNATURE_BYTES = 8;
/** The largest images have some 100,000; each takes memory besides its bytes. */
const MAX_CHUNKS = 1_000_000;
const MAX_PALETTE_BYTES = 256 * 3;

/**
 * Walks a PNG chunk by chunk (PNG specification, third edition, section 5) up to IEND and checks every checksum
 * and the order of the critical chunks. `decodePng` uses neither transparency nor the color profile.
 *
 * @throws ImageError if the file is damaged or truncated.
 */
export function readPngFile(bytes: Uint8Array, where: string): PngFile {
  const reader = new ChunkReader(bytes, where);
  const first = reader.next();
  if (first.type !== "IHDR" || first.data.length !== HEADER_BYTES) {
    throw reader.damaged("a chunk IHDR of 13 bytes first", `${first.type} of ${first.data.length} bytes`);
  }
  const header = readPngHeader(first.data, where);
  let palette: Uint8Array | null = null;
  let exif: Uint8Array | null = null;
  let transparency: Uint8Array | null = null;
  let profile: Uint8Array | null = null;
  let animated = false;
  const compressed: Uint8Array[] = [];
  let pixelsEnded = false;

  for (let chunk = reader.next(); chunk.type !== "IEND"; chunk = reader.next()) {
    const { type, data } = chunk;
    if (type === "IDAT") {
      // Those after another chunk are ignored, as in libpng: the stream has ended, or is too short.
      if (!pixelsEnded) compressed.push(data);
    } else if (type === "PLTE") {
      if (palette || compressed.length > 0 || data.length % 3 !== 0 || data.length > MAX_PALETTE_BYTES) {
        throw reader.damaged("one palette of at most 256 colors before IDAT", `${data.length} bytes`);
      }
      palette = data;
    } else if (type === "eXIf") {
      // Browsers read it only before the pixels.
      if (compressed.length === 0) exif ??= data;
    } else if (type === "tRNS") {
      if (compressed.length === 0) transparency ??= data;
    } else if (type === "iCCP") {
      if (compressed.length === 0) profile ??= data;
    } else if (type === "acTL") {
      animated = true;
    } else if (isCritical(type)) {
      throw reader.damaged("chunks of the PNG standard", `an unknown critical chunk ${type}`);
    }
    pixelsEnded = compressed.length > 0 && (pixelsEnded || type !== "IDAT");
  }
  if (compressed.length === 0) throw reader.damaged("an IDAT chunk", "none");
  if (header.kind === "palette" && !palette) throw reader.damaged("a palette (PLTE)", "none");
  return { header, palette, compressed, exif, transparency, profile, animated };
}

class ChunkReader {
  private offset = SIGNATURE_BYTES;
  private count = 0;
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly where: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Reads one chunk: length, type of four letters, data and CRC-32. */
  next(): Chunk {
    const { bytes, view, offset } = this;
    if (++this.count > MAX_CHUNKS) throw this.damaged(`at most ${MAX_CHUNKS} chunks`, "more");
    if (offset + 12 > bytes.length) throw this.truncated(offset + 12);
    const end = offset + 12 + view.getUint32(offset);
    const typeBytes = bytes.subarray(offset + 4, offset + 8);
    if (!typeBytes.every(isLetter)) {
      throw this.damaged("a chunk type of four letters", `codes ${typeBytes.join(" ")}`);
    }
    const type = String.fromCharCode(...typeBytes);
    if (end > bytes.length) throw this.truncated(end);
    if (crc32(bytes.subarray(offset + 4, end - 4)) !== view.getUint32(end - 4)) {
      throw this.damaged(`chunk ${type} to agree with its checksum`, "another one");
    }
    this.offset = end;
    return { type, data: bytes.subarray(offset + 8, end - 4) };
  }

  damaged(expected: string, got: string): ImageError {
    const hint = "The file is damaged.";
    return new ImageError({ where: `${this.where}: byte ${this.offset}`, expected, got, hint });
  }

  private truncated(needed: number): ImageError {
    const got = `the end of the file at byte ${this.bytes.length}`;
    const hint = "The PNG is truncated.";
    return new ImageError({ where: this.where, expected: `${needed} bytes or more`, got, hint });
  }
}

function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

/** The type of a critical chunk, which every reader must understand, starts with an upper-case letter. */
function isCritical(type: string): boolean {
  return type.charCodeAt(0) <= 90;
}
