import { gzipSync } from "node:zlib";
import { tarGzOf, tarOf } from "./madeArchive.ts";
import { contentsOf, openArchive, openFiles, refusesOrEquals, SMALL_FILES } from "./smallCheckpoint.ts";

/** Files without a checksum: what parsing finds in them is tested by itself. */
const isText = (path: string) => !/\.index$|\.data-/.test(path);

/** Numbers in [0, limit), the same for the same seed. */
function* numbersBelow(limit: number, count: number, seed: number): Generator<number> {
  let x = seed;
  for (let i = 0; i < count; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0; // Numerical Recipes' generator
    yield Math.floor((x / 2 ** 32) * limit);
  }
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[bit >> 3] ^= 1 << (bit & 7);
  return copy;
}

export interface Damage {
  refused: number;
  equal: number;
}

/** Flips `count` bits of the archive as it is stored. */
export async function flipArchive(count: number, seed: number): Promise<Damage> {
  const archive = tarGzOf(SMALL_FILES);
  const expected = await contentsOf(await openArchive(archive));
  const damage = { refused: 0, equal: 0 };
  for (const bit of numbersBelow(archive.length * 8, count, seed)) {
    const open = () => openArchive(flipped(archive, bit));
    damage[await refusesOrEquals(open, expected, `bit ${bit} of the tar.gz`)]++;
  }
  return damage;
}

/** Flips bits of the tar archive before it is compressed, but for its text files. */
export async function flipTar(count: number, seed: number): Promise<Damage> {
  const tar = tarOf(SMALL_FILES);
  const expected = await contentsOf(await openArchive(tarGzOf(SMALL_FILES)));
  const damage = { refused: 0, equal: 0 };
  const texts = textRanges();
  for (const bit of numbersBelow(tar.length * 8, count, seed)) {
    if (texts.some(([start, end]) => bit >> 3 >= start && bit >> 3 < end)) continue;
    const open = () => openArchive(new Uint8Array(gzipSync(flipped(tar, bit), { level: 1 })));
    damage[await refusesOrEquals(open, expected, `bit ${bit} of the tar`)]++;
  }
  return damage;
}

function textRanges(): [number, number][] {
  let position = 0;
  return [...SMALL_FILES].flatMap(([path, contents]): [number, number][] => {
    const start = position + 512;
    position = start + Math.ceil(contents.length / 512) * 512;
    return isText(path) ? [[start, start + contents.length]] : [];
  });
}

/** Flips bits of the unpacked index and data files. */
export async function flipFiles(count: number, seed: number): Promise<Damage> {
  const expected = await contentsOf(await openFiles(SMALL_FILES));
  const damage = { refused: 0, equal: 0 };
  const binary = [...SMALL_FILES].filter(([path]) => !isText(path));
  for (const [path, contents] of binary) {
    for (const bit of numbersBelow(contents.length * 8, Math.ceil(count / binary.length), seed)) {
      const open = () => openFiles(new Map([...SMALL_FILES, [path, flipped(contents, bit)]]));
      damage[await refusesOrEquals(open, expected, `bit ${bit} of ${path}`)]++;
    }
  }
  return damage;
}
