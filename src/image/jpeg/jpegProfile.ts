import { concatenate } from "../../support/concatenate.ts";

const SOS = 0xda;
const APP2 = 0xe2;
const MARK = "ICC_PROFILE\0";
/** The mark, the part's number and how many there are. */
const HEAD = MARK.length + 2;
/** A segment's length has 16 bits and counts itself. */
const MAX_PART = 0xffff - 2 - HEAD;
const START_BYTES = 2;

/** The ICC profile of a JPEG, whose parts lie in segments before its pixels. Undefined if a part is missing. */
export function jpegProfile(bytes: Uint8Array): Uint8Array | undefined {
  const parts = new Map<number, Uint8Array>();
  let count = 0;
  for (const { marker, data } of segments(bytes)) {
    if (marker !== APP2 || data.length < HEAD) continue;
    if (String.fromCharCode(...data.subarray(0, MARK.length)) !== MARK) continue;
    parts.set(data[MARK.length], data.subarray(HEAD));
    count = data[MARK.length + 1];
  }
  const all = Array.from({ length: count }, (_, i) => parts.get(i + 1));
  return count > 0 && all.every((part) => part !== undefined) ? concatenate(all) : undefined;
}

/** A JPEG as it is encoded here, with a profile after its start. */
export function withJpegProfile(
  jpeg: Uint8Array<ArrayBuffer>,
  profile: Uint8Array | undefined,
): Uint8Array<ArrayBuffer> {
  const count = Math.ceil((profile?.length ?? 0) / MAX_PART);
  if (!profile || count === 0 || count > 255) return jpeg;
  const mark = Uint8Array.from(MARK, (letter) => letter.charCodeAt(0));
  const parts = Array.from({ length: count }, (_, i) => {
    const data = profile.slice(i * MAX_PART, (i + 1) * MAX_PART);
    const length = 2 + HEAD + data.length;
    const head = [0xff, APP2, length >> 8, length & 0xff, ...mark, i + 1, count];
    return concatenate([Uint8Array.from(head), data]);
  });
  // A JFIF segment, if there is one, comes first.
  const first = segments(jpeg).next().value;
  const at = first?.marker === 0xe0 ? first.end : START_BYTES;
  return concatenate([jpeg.subarray(0, at), ...parts, jpeg.subarray(at)]);
}

/** The segments up to the first scan, of a file that was read before. */
function* segments(bytes: Uint8Array): Generator<{ marker: number; data: Uint8Array; end: number }> {
  let at = START_BYTES;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff || bytes[at + 1] === 0xff || bytes[at + 1] === 0) {
      at++;
      continue;
    }
    const marker = bytes[at + 1];
    if (marker === SOS) return;
    const isAlone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    const end = isAlone ? at + 2 : at + 2 + bytes[at + 2] * 256 + bytes[at + 3];
    if (!isAlone) yield { marker, data: bytes.subarray(at + 4, end), end };
    at = end;
  }
}
