import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readFixture } from "../image/fixtures.ts";
import { pngChunk } from "../image/pngFile.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { type BuiltPage, buildPage, type OpenPage } from "./builtPage.ts";
import { chromiumPath } from "./chromium.ts";

/** What a BMP of one red and one blue pixel looks like. */
const BMP = [
  ...[0x42, 0x4d, 62, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 24, 0],
  ...[0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0],
];
const GIF = [...Buffer.from("R0lGODlhAQABAIABAP8AAAAAACH5BAEAAAEALAAAAAABAAEAAAICRAEAOw==", "base64")];

const ORIENTATION = 0x0112;
const [BYTE, SHORT, LONG] = [1, 3, 4];
type Entry = readonly [tag: number, type: number, count: number, value: number];

/** A TIFF header and a directory of these entries. */
function tiff(
  entries: readonly Entry[],
  { bigEndian = false, directory = 8, magic = 42, length = 0 } = {},
): number[] {
  const view = new DataView(new ArrayBuffer(directory + 2 + entries.length * 12 + 4));
  view.setUint16(0, bigEndian ? 0x4d4d : 0x4949);
  view.setUint16(2, magic, !bigEndian);
  view.setUint32(4, directory, !bigEndian);
  view.setUint16(directory, length || entries.length, !bigEndian);
  for (const [i, [tag, type, count, value]] of entries.entries()) {
    const at = directory + 2 + i * 12;
    view.setUint16(at, tag, !bigEndian);
    view.setUint16(at + 2, type, !bigEndian);
    view.setUint32(at + 4, count, !bigEndian);
    if (type === LONG) view.setUint32(at + 8, value, !bigEndian);
    else if (type === BYTE) view.setUint8(at + 8, value);
    else view.setUint16(at + 8, value, !bigEndian);
  }
  return [...new Uint8Array(view.buffer)];
}

const SIX = tiff([[ORIENTATION, SHORT, 1, 6]]);
const THREE = tiff([[ORIENTATION, SHORT, 1, 3]]);
const HEADER = [...Buffer.from("Exif\0\0")];
const JPEG = [...readFixture("baseline-444.jpg")];
const PNG = [...readFixture("rgb-8.png")];

/** The JPEG with these APP1 segments at its beginning. */
function withSegments(...segments: number[][]): number[] {
  const bytes = segments.flatMap((data) => [
    0xff,
    0xe1,
    (data.length + 2) >> 8,
    (data.length + 2) & 255,
    ...data,
  ]);
  return [...JPEG.slice(0, 2), ...bytes, ...JPEG.slice(2)];
}

function withChunk(data: number[], beforePixels: boolean): number[] {
  const chunk = [...pngChunk("eXIf", Uint8Array.from(data))];
  const at = beforePixels ? 33 : PNG.length - 12;
  return [...PNG.slice(0, at), ...chunk, ...PNG.slice(at)];
}

const of = (...entries: Entry[]) => withSegments([...HEADER, ...tiff(entries)]);

const ORIENTED: [what: string, turned: boolean, file: number[]][] = [
  ["little-endian", true, withSegments([...HEADER, ...SIX])],
  ["big-endian", true, withSegments([...HEADER, ...tiff([[ORIENTATION, SHORT, 1, 6]], { bigEndian: true })])],
  ["a LONG", false, of([ORIENTATION, LONG, 1, 6])],
  ["a BYTE", false, of([ORIENTATION, BYTE, 1, 6])],
  ["no value", false, of([ORIENTATION, SHORT, 0, 6])],
  ["two values", false, of([ORIENTATION, SHORT, 2, 6])],
  ["value 0", false, of([ORIENTATION, SHORT, 1, 0])],
  ["value 9, then 6", true, of([ORIENTATION, SHORT, 1, 9], [ORIENTATION, SHORT, 1, 6])],
  ["a BYTE, then a SHORT", true, of([ORIENTATION, BYTE, 1, 1], [ORIENTATION, SHORT, 1, 6])],
  ["6, then 1", true, of([ORIENTATION, SHORT, 1, 6], [ORIENTATION, SHORT, 1, 1])],
  ["out of order", true, of([0x9003, SHORT, 1, 1], [ORIENTATION, SHORT, 1, 6])],
  [
    "a directory that says it is longer",
    true,
    withSegments([...HEADER, ...tiff([[ORIENTATION, SHORT, 1, 6]], { length: 500 })]),
  ],
  [
    "an uneven directory",
    true,
    withSegments([...HEADER, ...tiff([[ORIENTATION, SHORT, 1, 6]], { directory: 9 })]),
  ],
  [
    "another magic number",
    false,
    withSegments([...HEADER, ...tiff([[ORIENTATION, SHORT, 1, 6]], { magic: 43 })]),
  ],
  ["cut within the value", false, withSegments([...HEADER, ...SIX.slice(0, 19)])],
  ["cut after the value's entry", true, withSegments([...HEADER, ...SIX.slice(0, 22)])],
  ["another byte after Exif's zero", true, withSegments([...HEADER.slice(0, 5), 0xff, ...SIX])],
  ["no zero after Exif", false, withSegments([...HEADER.slice(0, 4), 1, 0, ...SIX])],
  [
    "after another APP1",
    true,
    withSegments([...Buffer.from("http://ns.adobe.com/xap/1.0/\0")], [...HEADER, ...SIX]),
  ],
  ["after an empty one", true, withSegments(HEADER, [...HEADER, ...SIX])],
  ["after a broken one", false, withSegments([...HEADER, 1, 2, 3], [...HEADER, ...SIX])],
  [
    "after one that is upright",
    false,
    withSegments([...HEADER, ...tiff([[ORIENTATION, SHORT, 1, 1]])], [...HEADER, ...SIX]),
  ],
  ["a PNG's, before its pixels", true, withChunk(SIX, true)],
  ["a PNG's, after its pixels", false, withChunk(SIX, false)],
  ["a PNG's that turns by half", false, withChunk(THREE, true)],
  ["a PNG's with JPEG's header", false, withChunk([...HEADER, ...SIX], true)],
];

describe.skipIf(!chromiumPath && mayBeLeftOut)("image files in headless Chromium", () => {
  let built: BuiltPage;
  let page: OpenPage;

  beforeAll(async () => {
    built = await buildPage();
    page = await built.open({});
  });
  afterAll(() => built?.close());

  test("WebP, which the library does not read, is left to the browser, and the image says so", async () => {
    const { kind, width, height, data, decodedBy } = await page.call("readImage", { type: "image/webp" });
    expect({ kind, width, height, decodedBy }).toEqual({
      kind: "a WebP image",
      width: 16,
      height: 8,
      decodedBy: "browser",
    });
    expect(data[0]).toBeGreaterThan(200);
    expect(data[2]).toBeLessThan(60);
    expect(data.at(-1)).toBeGreaterThan(200);
  });

  test("so are BMP and GIF", async () => {
    const bmp = {
      width: 2,
      height: 1,
      data: [255, 0, 0, 0, 0, 255],
      decodedBy: "browser",
      kind: "a BMP image",
    };
    expect(await page.call("readImage", { bytes: BMP })).toEqual(bmp);
    const gif = { width: 1, height: 1, data: [255, 0, 0], decodedBy: "browser", kind: "a GIF image" };
    expect(await page.call("readImage", { bytes: GIF })).toEqual(gif);
  });

  test("JPEG and PNG never are", async () => {
    for (const type of ["image/jpeg", "image/png"]) {
      expect((await page.call("readImage", { type })).decodedBy).toBeUndefined();
    }
    const broken = page.call("readImage", { bytes: [0xff, 0xd8, 0xff, 0xd9] });
    await expect(broken).rejects.toThrow(/photo: expected a frame header/);
  });

  test("what neither reads is named", async () => {
    const tiffFile = page.call("readImage", { bytes: [...Buffer.from("II*\0\x08\0\0\0\0\0")] });
    await expect(tiffFile).rejects.toThrow(
      /photo: expected a JPEG or PNG image, got a TIFF image\. Convert it/,
    );
    const video = page.call("readImage", { bytes: [...Buffer.from("\0\0\0\x18ftypmp42\0\0\0\0")] });
    await expect(video).rejects.toThrow(/got a video \(MP4\)\. Run mkdir frames && ffmpeg -i video\.mp4/);
  });

  test.each(ORIENTED)("orientation: %s", async (_, turned, file) => {
    const { ours, theirs } = await page.call("sizes", file);
    expect(ours).toEqual(theirs);
    expect(ours[0] < ours[1]).toBe(turned);
  });
});
