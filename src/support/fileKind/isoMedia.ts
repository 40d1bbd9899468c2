import type { FileKind } from "./kind.ts";

/** Whether the file is made of the boxes of ISO 14496-12: MP4, QuickTime, HEIF and others. */
export function isIsoMedia(start: Uint8Array): boolean {
  return ["ftyp", "moov", "mdat", "wide", "skip"].includes(letters(start, 4));
}

/** By brand, in the order in which they are looked for: a HEIF file may name several. */
const BRANDS: readonly [brand: RegExp, kind: FileKind][] = [
  [/^avi[fs]$/, { family: "image", what: "an AVIF image" }],
  [/^(hei|hev)[cxms]$/, { family: "image", what: "a HEIC image" }],
  [/^(mif|msf)1$/, { family: "image", what: "a HEIC or AVIF image" }],
  [/^crx $/, { family: "image", what: "a camera's raw image (CR3)" }],
  [/^M4[AB] $/, { family: "other", what: "a sound file" }],
  [/^qt {2}$/, { family: "video", what: "a video (QuickTime)" }],
];

const VIDEO: FileKind = { family: "video", what: "a video (MP4)" };

/** The first box names the file's brand, and others that it is compatible with. */
export function isoMediaKind(start: Uint8Array): FileKind {
  if (letters(start, 4) !== "ftyp") return { family: "video", what: "a video (QuickTime)" };
  const size = new DataView(start.buffer, start.byteOffset, start.length).getUint32(0);
  const brands = [letters(start, 8)];
  for (let at = 16; at + 4 <= Math.min(size, start.length); at += 4) brands.push(letters(start, at));
  return BRANDS.find(([brand]) => brands.some((name) => brand.test(name)))?.[1] ?? VIDEO;
}

function letters(start: Uint8Array, at: number): string {
  return String.fromCharCode(...start.subarray(at, at + 4));
}
