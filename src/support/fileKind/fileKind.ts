/**
 * The one place that tells what a file is. Its first bytes decide, never its name, and they prove nothing about
 * the rest. Kinds that nothing here reads are identified too, so that an error can say what the file is and what
 * to do with it.
 */
export type { FileKind } from "./kind.ts";

import { isIsoMedia, isoMediaKind } from "./isoMedia.ts";
import type { FileKind } from "./kind.ts";
import { protobufKind } from "./protobufKind.ts";
import { signatureKind } from "./signatures.ts";
import { textKind } from "./texts.ts";

/** This many bytes at the start of a file suffice. */
export const START_BYTES = 1024;

/** `start` is the file's beginning, or all of it; `length` is that of the whole file. */
export function fileKind(start: Uint8Array, length = start.length): FileKind {
  if (length === 0) return { family: "other", what: "an empty file", hint: "Fetch it again." };
  const beginning = start.subarray(0, START_BYTES);
  if (isSafetensors(beginning)) {
    return { reader: "safetensors", family: "weights", what: "a file of weights (safetensors)" };
  }
  // Text first, because a text may begin with "BM".
  const kind =
    textKind(beginning) ??
    (isIsoMedia(beginning) ? isoMediaKind(beginning) : undefined) ??
    signatureKind(beginning) ??
    (isTar(beginning) ? TAR : undefined) ??
    protobufKind(beginning);
  if (kind) return kind;
  const first = Array.from(beginning.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0"));
  return { family: "other", what: `a file of ${length} bytes that begins with ${first.join(" ")}` };
}

const TAR: FileKind = { reader: "tar", family: "archive", what: "a tar archive" };

const MAX_SAFETENSORS_HEADER = 100_000_000;

/** The length of a header, and the header, which is JSON. */
function isSafetensors(start: Uint8Array): boolean {
  if (start.length < 9 || start[8] !== 0x7b) return false;
  const length = new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true);
  return length <= MAX_SAFETENSORS_HEADER;
}

const TAR_BLOCK = 512;
const TAR_CHECKSUM = { at: 148, length: 8 };

/** Old archives have no signature, but every one has a checksum of its first header in octal digits. */
function isTar(start: Uint8Array): boolean {
  if (start.length < TAR_BLOCK || start[0] === 0) return false;
  const { at, length } = TAR_CHECKSUM;
  const digits = /^[ 0]*([0-7]+)[\0 ]/.exec(String.fromCharCode(...start.subarray(at, at + length)))?.[1];
  let sum = 0;
  for (let i = 0; i < TAR_BLOCK; i++) sum += i >= at && i < at + length ? 0x20 : start[i];
  return digits !== undefined && Number.parseInt(digits, 8) === sum;
}
