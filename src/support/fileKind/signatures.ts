import type { FileKind } from "./kind.ts";

const UNPACK = "Unpack it first.";
/** What to do with a model that was converted. */
export const USE_CHECKPOINT =
  "Use the checkpoint that it was made from: its tar.gz, safetensors or torch.save file.";

/** A string stands for the codes of its characters; `at` is its offset. */
interface Signature extends FileKind {
  readonly bytes: string;
  readonly at?: number;
}

const image = (bytes: string, what: string, at?: number): Signature => ({ bytes, at, family: "image", what });
const video = (bytes: string, what: string, at?: number): Signature => ({ bytes, at, family: "video", what });
const archive = (bytes: string, what: string): Signature => ({
  bytes,
  family: "archive",
  what,
  hint: UNPACK,
});
const other = (bytes: string, what: string, at?: number): Signature => ({ bytes, at, family: "other", what });
const weights = (bytes: string, what: string, at = 0, hint = USE_CHECKPOINT): Signature => {
  return { bytes, at, family: "weights", what, hint };
};

/** If two signatures begin alike, the longer comes first. */
const SIGNATURES: readonly Signature[] = [
  { ...image("\xff\xd8\xff", "a JPEG image"), reader: "jpeg" },
  { ...image("\x89PNG\r\n\x1a\n", "a PNG image"), reader: "png" },
  image("\x89PNG", "a PNG damaged on its way (its line ends were converted)"),
  image("GIF8", "a GIF image"),
  image("WEBP", "a WebP image", 8),
  video("AVI ", "a video (AVI)", 8),
  other("WAVE", "a sound file", 8),
  image("II*\0", "a TIFF image"),
  image("MM\0*", "a TIFF image"),
  image("II+\0", "a TIFF image"),
  image("MM\0+", "a TIFF image"),
  image("BM", "a BMP image"),
  image("\xff\x0a", "a JPEG XL image"),
  image("\0\0\0\x0cJXL ", "a JPEG XL image"),
  image("\0\0\0\x0cjP  ", "a JPEG 2000 image"),
  image("\xff\x4f\xff\x51", "a JPEG 2000 image"),
  image("\0\0\x01\0", "an icon (ICO)"),
  image("8BPS", "a Photoshop image"),
  image("qoif", "a QOI image"),
  image("#?RADIANCE", "a Radiance HDR image"),
  image("v/1\x01", "an OpenEXR image"),
  image("DDS ", "a DirectDraw surface"),
  image("\x8aMNG", "an MNG animation"),
  video("\x1a\x45\xdf\xa3", "a video (WebM or Matroska)"),
  video("\0\0\x01\xba", "a video (MPEG)"),
  video("\0\0\x01\xb3", "a video (MPEG)"),
  video("G@\0", "a video (MPEG transport stream)"),
  video("FLV\x01", "a video (Flash)"),
  video("\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a video (Windows Media)"),
  video("OggS", "a video or sound file (Ogg)"),
  other("%PDF", "a PDF document"),
  other("ID3", "a sound file"),
  other("fLaC", "a sound file"),
  other("\0\x05\x16\x07", "a companion file of macOS (AppleDouble), not the file itself"),
  other("bplist00", "a property list of macOS"),
  other("\x7fELF", "a program"),
  other("MZ", "a program"),
  weights("TFL3", "a TensorFlow Lite model (.tflite)", 4),
  weights("\x89HDF\r\n\x1a\n", "a file of HDF5 (.h5, Keras)"),
  weights("\x93NUMPY", "an array of NumPy (.npy)"),
  weights("GGUF", "a GGUF model"),
  weights("ggjt", "a GGML model"),
  { bytes: "\x1f\x8b", reader: "gzip", family: "archive", what: "a gzip file", hint: UNPACK },
  { bytes: "PK", reader: "torch", family: "archive", what: "a ZIP archive", hint: UNPACK },
  archive("BZh", "a bzip2 archive"),
  archive("\xfd7zXZ\0", "an xz archive"),
  archive("\x28\xb5\x2f\xfd", "a Zstandard archive"),
  archive("7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
  archive("Rar!\x1a\x07", "a RAR archive"),
  other("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document"),
  other("\x27\x05\x19\x56", "a firmware image"),
];

export function signatureKind(start: Uint8Array): FileKind | undefined {
  const signature = SIGNATURES.find(({ bytes, at = 0 }) => holds(start, bytes, at));
  if (signature) {
    const { reader, family, what, hint } = signature;
    return { reader, family, what, hint };
  }
  if (start[0] === 0x80 && start[1] >= 1 && start[1] <= 5) {
    return { reader: "torch", family: "weights", what: "a Python pickle (torch.save before 1.6)" };
  }
  return undefined;
}

function holds(start: Uint8Array, signature: string, at: number): boolean {
  if (start.length < at + signature.length) return false;
  for (let i = 0; i < signature.length; i++) if (start[at + i] !== signature.charCodeAt(i)) return false;
  return true;
}
