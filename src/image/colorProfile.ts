/**
 * ICC color profiles (ICC.1:2022), rebuilt from what their numbers need. A profile holds texts too (who made it, for which
 * device), which are left out, and it may hold anything between its tags.
 */
import { concatenate } from "../support/concatenate.ts";

const HEADER_BYTES = 128;
const ENTRY_BYTES = 12;
const MAX_TAGS = 100;

/** Tags that colors are computed with, and the types that these may have. */
const TAGS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(["wtpt", "bkpt", "rXYZ", "gXYZ", "bXYZ"].map((tag) => [tag, ["XYZ "]])),
  ...Object.fromEntries(["rTRC", "gTRC", "bTRC", "kTRC"].map((tag) => [tag, ["curv", "para"]])),
  ...Object.fromEntries(
    ["A2B0", "A2B1", "A2B2", "B2A0", "B2A1", "B2A2"].map((tag) => [tag, ["mft1", "mft2", "mAB ", "mBA "]]),
  ),
  chad: ["sf32"],
};

/** Fields of the header that name devices, makers and dates. */
const HEADER_NAMES: readonly (readonly [start: number, end: number])[] = [
  [4, 8], // preferred engine
  [24, 36], // date
  [40, 44], // platform
  [48, 64], // maker, model and attributes of the device
  [80, 128], // creator, checksum, reserved
];

/** Undefined for a profile that is damaged, or that no colors can be computed with. */
export function plainProfile(profile: Uint8Array): Uint8Array | undefined {
  const tags = readTags(profile);
  if (!tags || tags.length === 0) return undefined;
  const directory = new Uint8Array(4 + (tags.length + TEXTS.length) * ENTRY_BYTES);
  const view = new DataView(directory.buffer);
  view.setUint32(0, tags.length + TEXTS.length);
  const header = profile.slice(0, HEADER_BYTES);
  for (const [start, end] of HEADER_NAMES) header.fill(0, start, end);
  const parts: Uint8Array[] = [header, directory];
  let offset = HEADER_BYTES + directory.length;
  [...tags, ...TEXTS].forEach(({ name, data }, i) => {
    const entry = 4 + i * ENTRY_BYTES;
    for (let letter = 0; letter < 4; letter++) directory[entry + letter] = name.charCodeAt(letter);
    view.setUint32(entry + 4, offset);
    view.setUint32(entry + 8, data.length);
    const padded = new Uint8Array(Math.ceil(data.length / 4) * 4);
    padded.set(data);
    parts.push(padded);
    offset += padded.length;
  });
  new DataView(header.buffer).setUint32(0, offset);
  return concatenate(parts);
}

interface Tag {
  readonly name: string;
  readonly data: Uint8Array;
}

/** The texts that a profile must have: a description, in the form of version 2, and a copyright. */
const TEXTS: readonly Tag[] = [
  { name: "desc", data: textTag("desc", [0, 0, 0, 1, 0, ...new Array(78).fill(0)]) },
  { name: "cprt", data: textTag("text", [0]) },
];

function textTag(type: string, bytes: readonly number[]): Uint8Array {
  return Uint8Array.from([...Array.from(type, (letter) => letter.charCodeAt(0)), 0, 0, 0, 0, ...bytes]);
}

function readTags(profile: Uint8Array): Tag[] | undefined {
  if (profile.length < HEADER_BYTES + 4 || letters(profile, 36) !== "acsp") return undefined;
  const view = new DataView(profile.buffer, profile.byteOffset, profile.length);
  const count = view.getUint32(HEADER_BYTES);
  if (count > MAX_TAGS || HEADER_BYTES + 4 + count * ENTRY_BYTES > profile.length) return undefined;
  const tags: Tag[] = [];
  for (let i = 0; i < count; i++) {
    const entry = HEADER_BYTES + 4 + i * ENTRY_BYTES;
    const name = letters(profile, entry);
    const [start, length] = [view.getUint32(entry + 4), view.getUint32(entry + 8)];
    if (!Object.hasOwn(TAGS, name)) continue;
    if (start + length > profile.length || length < 8) return undefined;
    const data = usedPart(profile.subarray(start, start + length));
    if (!TAGS[name].includes(letters(profile, start)) || !data) return undefined;
    tags.push({ name, data });
  }
  return tags;
}

/** A tag without bytes that its type does not read. Tables of colors are kept as they are. */
function usedPart(data: Uint8Array): Uint8Array | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const lengths: Readonly<Record<string, () => number>> = {
    "XYZ ": () => 20,
    sf32: () => 8 + 9 * 4,
    curv: () => 12 + 2 * (data.length >= 12 ? view.getUint32(8) : 0),
    para: () =>
      12 + 4 * ([1, 3, 4, 5, 7][data.length >= 12 ? view.getUint16(8) : 0] ?? Number.POSITIVE_INFINITY),
  };
  const length = lengths[letters(data, 0)]?.() ?? data.length;
  return length <= data.length ? data.subarray(0, length) : undefined;
}

function letters(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
