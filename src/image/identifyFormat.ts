/**
 * Identifies an image's format by its first bytes, never by its name. Formats that cannot be read are
 * identified too, so that the error can say what the file is.
 */
export type Format =
  | { readable: "jpeg" }
  | { readable: "png" }
  | { readable: null; description: string; hint: string };

const JPEG: Format = { readable: "jpeg" };
const PNG: Format = { readable: "png" };

/** `at` is the offset of the signature; a string stands for its ASCII codes. */
interface Signature {
  at?: number;
  bytes: string;
  format: string;
}

/** If two signatures begin alike, the longer comes first. */
const UNREADABLE_SIGNATURES: readonly Signature[] = [
  { bytes: "\x89PNG", format: "a PNG damaged on its way (its line ends were converted)" },
  { bytes: "GIF8", format: "a GIF image" },
  { at: 8, bytes: "WEBP", format: "a WebP image" },
  { at: 4, bytes: "ftypavi", format: "an AVIF image" },
  { at: 4, bytes: "ftyphe", format: "a HEIC image" },
  { at: 4, bytes: "ftypmif1", format: "a HEIC or AVIF image" },
  { at: 4, bytes: "ftypmsf1", format: "a HEIC or AVIF image" },
  { at: 4, bytes: "ftypcrx", format: "a camera's raw image (CR3)" },
  { at: 4, bytes: "ftyp", format: "a video" },
  { bytes: "II*\0", format: "a TIFF image" },
  { bytes: "MM\0*", format: "a TIFF image" },
  { bytes: "II+\0", format: "a TIFF image" },
  { bytes: "MM\0+", format: "a TIFF image" },
  { bytes: "BM", format: "a BMP image" },
  { bytes: "\xff\x0a", format: "a JPEG XL image" },
  { bytes: "\0\0\0\x0cJXL ", format: "a JPEG XL image" },
  { bytes: "\0\0\0\x0cjP  ", format: "a JPEG 2000 image" },
  { bytes: "\xff\x4f\xff\x51", format: "a JPEG 2000 image" },
  { bytes: "\0\0\x01\0", format: "an icon (ICO)" },
  { bytes: "8BPS", format: "a Photoshop image" },
  { bytes: "qoif", format: "a QOI image" },
  { bytes: "%PDF", format: "a PDF document" },
  { bytes: "PK\x03\x04", format: "a ZIP archive" },
  { bytes: "\x1f\x8b", format: "a gzip file" },
];

const CONVERT = "Convert it to JPEG or PNG.";
const ANOTHER_FILE = "Check that it is the image that was meant.";

/** How text files begin, in lower case. */
const UNREADABLE_TEXTS: readonly { pattern: RegExp; format: string; hint?: string }[] = [
  {
    pattern: /^version https:\/\/git-lfs/,
    format: "a Git LFS pointer, not the image itself",
    hint: "Fetch it with git lfs pull.",
  },
  {
    pattern: /^(<!doctype html|<html|<head|<body)/,
    format: "an HTML page",
    hint: "This is a web page. Check the address and download the image itself.",
  },
  { pattern: /^<([?!][\s\S]*<)?svg/, format: "an SVG drawing", hint: CONVERT },
  { pattern: /^<\?xml/, format: "an XML file" },
  { pattern: /^%pdf/, format: "a PDF document" },
  { pattern: /^[{[]/, format: "a JSON or text file" },
];

export function identifyFormat(bytes: Uint8Array): Format {
  if (startsWith(bytes, "\xff\xd8\xff")) return JPEG;
  if (startsWith(bytes, "\x89PNG\r\n\x1a\n")) return PNG;
  return { readable: null, ...describe(bytes) };
}

function describe(bytes: Uint8Array): { description: string; hint: string } {
  if (bytes.length === 0) return { description: "an empty file", hint: "Fetch it again." };
  // Text first, because a text may begin with "BM".
  const text = beginningOfText(bytes);
  if (text !== null) {
    const { format = "a text file", hint = ANOTHER_FILE } =
      UNREADABLE_TEXTS.find((t) => t.pattern.test(text)) ?? {};
    return { description: format, hint };
  }
  const signature = UNREADABLE_SIGNATURES.find((s) => startsWith(bytes, s.bytes, s.at));
  if (signature) return { description: signature.format, hint: CONVERT };
  const first = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0"));
  const description = `a file of ${bytes.length} bytes that begins with ${first.join(" ")}`;
  return { description, hint: CONVERT };
}

function startsWith(bytes: Uint8Array, signature: string, at = 0): boolean {
  if (bytes.length < at + signature.length) return false;
  for (let i = 0; i < signature.length; i++) {
    if (bytes[at + i] !== signature.charCodeAt(i)) return false;
  }
  return true;
}

/** The first characters, trimmed and in lower case, or null if the bytes are not text. */
function beginningOfText(bytes: Uint8Array): string | null {
  const beginning = bytes.subarray(0, 1024);
  for (const byte of beginning) {
    const isControl = byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d;
    if (isControl || byte === 0x7f) return null;
  }
  try {
    // With `stream`, the last character may be cut in two.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(beginning, { stream: true });
    return text.trimStart().toLowerCase();
  } catch {
    return null;
  }
}
