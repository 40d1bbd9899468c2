import { constants, deflateRawSync, deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { decodeImage } from "../../src/image/imageFile.ts";
import { concatenate } from "../../src/support/concatenate.ts";
import { quick } from "../support/quick.ts";
import { expectImageError } from "./expectImageError.ts";
import { readFixture } from "./fixtures.ts";
import { patched } from "./jpegFile.ts";
import { IEND, idat, ihdr, PNG_SIGNATURE, pngChunk, pngFile } from "./pngFile.ts";

/** Two grey pixels above two: each row is a filter byte and its samples. */
const ROWS = Uint8Array.of(0, 10, 20, 0, 30, 40);
const HEADER = ihdr({ width: 2, height: 2 });
const COMPRESSED = new Uint8Array(deflateSync(ROWS));
const TIME = pngChunk("tIME", ROWS);
const SMALL = pngFile(HEADER, idat(ROWS), IEND);

test("the small image of these tests is a good one", () => {
  expect(decodeImage(SMALL, "small").data).toEqual(
    Uint8Array.of(10, 10, 10, 20, 20, 20, 30, 30, 30, 40, 40, 40),
  );
});

describe("what libpng calls benign", () => {
  const pixels = decodeImage(SMALL, "small").data;
  const read = (...chunks: Uint8Array[]) => decodeImage(pngFile(HEADER, ...chunks, IEND), "benign").data;

  test.each([
    ["idat_trailing.png", 266496],
    ["extra_pixels.png", 266496],
  ])("%s", (name, sum) => {
    const { width, height, data } = decodeImage(readFixture(name), name);
    expect([width, height, data.reduce((total, value) => total + value, 0)]).toEqual([32, 24, sum]);
    expect([...data.subarray(0, 3), ...data.subarray(-3)]).toEqual([0, 0, 0, 248, 230, 216]);
  });

  test("bytes after the stream, in its chunk or in further ones", () => {
    for (const length of [1, 4, 5, 5000, 20_000]) {
      const rest = new Uint8Array(length).fill(7);
      expect(read(pngChunk("IDAT", concatenate([COMPRESSED, rest])))).toEqual(pixels);
      expect(read(pngChunk("IDAT", COMPRESSED), pngChunk("IDAT", rest))).toEqual(pixels);
      expect(
        read(pngChunk("IDAT", COMPRESSED), TIME, pngChunk("IDAT", rest), pngChunk("IDAT", rest)),
      ).toEqual(pixels);
    }
  });

  test("more rows than the image has, or a part of one", () => {
    for (const length of [1, 3, 5000]) {
      expect(read(idat(concatenate([ROWS, new Uint8Array(length)])))).toEqual(pixels);
    }
  });

  test("a stream that ends in empty blocks", () => {
    const body = deflateRawSync(ROWS, { finishFlush: constants.Z_SYNC_FLUSH });
    const empty = Uint8Array.of(1, 0, 0, 0xff, 0xff);
    const checksum = COMPRESSED.subarray(-4);
    const stream = concatenate([COMPRESSED.subarray(0, 2), new Uint8Array(body), empty, checksum]);
    expect(read(pngChunk("IDAT", stream))).toEqual(pixels);
  });
});

describe("damaged PNGs", () => {
  test("cut off at every byte", () => {
    for (const name of ["many-chunks.png", "palette-2-interlaced.png"]) {
      const whole = readFixture(name);
      for (let length = 0; length < whole.length; length++) {
        const message = length < 8 ? /expected a JPEG or PNG image/ : /or more, got the end .* truncated/;
        expectImageError(whole.subarray(0, length), message);
      }
    }
  });

  test("every bit flipped: the checksums tell", () => {
    const whole = readFixture("palette-2-interlaced.png");
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const at = bit >> 3;
      expectImageError(
        patched(whole, { [at]: whole[at] ^ (1 << (bit & 7)) }),
        /damaged|truncated|Convert it/,
      );
    }
  });

  test("bytes after the end are no damage", () => {
    expect(decodeImage(concatenate([SMALL, ROWS]), "small").data.length).toBe(12);
  });

  test("a checksum that disagrees", () => {
    expectImageError(
      patched(SMALL, { [SMALL.length - 14]: SMALL[SMALL.length - 14] ^ 1 }),
      /IDAT to agree with its checksum/,
    );
  });

  test.each([
    ["no header", [idat(ROWS), IEND], /expected a chunk IHDR of 13 bytes first, got IDAT/],
    ["a short header", [pngChunk("IHDR", new Uint8Array(12)), IEND], /got IHDR of 12 bytes/],
    ["no pixels", [HEADER, IEND], /expected an IDAT chunk, got none/],
    [
      "an unknown chunk that matters",
      [HEADER, pngChunk("ABCD", ROWS), idat(ROWS), IEND],
      /critical chunk ABCD/,
    ],
    [
      "pixels in two places",
      [
        HEADER,
        pngChunk("IDAT", COMPRESSED.subarray(0, 5)),
        TIME,
        pngChunk("IDAT", COMPRESSED.subarray(5)),
        IEND,
      ],
      /broken data after 0 bytes/,
    ],
    ["a chunk type of no letters", [HEADER, pngChunk("I\x01AT", ROWS), IEND], /got codes 73 1 65 84/],
  ])("%s", (_, chunks, message) => {
    expectImageError(pngFile(...chunks), message);
  });

  test.each([
    ["0 x 2", ihdr({ width: 0, height: 2 }), /width and height of at least 1, got 0 x 2/],
    ["3 bits", ihdr({ width: 2, height: 2, bitDepth: 3 }), /got type 0 of 3 bits/],
    ["RGB of 4 bits", ihdr({ width: 2, height: 2, bitDepth: 4, colorType: 2 }), /got type 2 of 4 bits/],
    ["color type 5", ihdr({ width: 2, height: 2, colorType: 5 }), /got type 5 of 8 bits/],
    ["compression 1", ihdr({ width: 2, height: 2, compression: 1 }), /got 1, 0, 0/],
    ["filter method 64", ihdr({ width: 2, height: 2, filter: 64 }), /got 0, 64, 0/],
    ["interlace 2", ihdr({ width: 2, height: 2, interlace: 2 }), /got 0, 0, 2/],
  ])("a header that says %s", (_, header, message) => {
    expectImageError(pngFile(header, idat(ROWS), IEND), message);
  });

  test("palettes", () => {
    const header = ihdr({ width: 2, height: 2, colorType: 3 });
    const palette = (bytes: number) => pngChunk("PLTE", new Uint8Array(bytes));
    expectImageError(pngFile(header, idat(ROWS), IEND), /expected a palette \(PLTE\), got none/);
    expectImageError(pngFile(header, palette(31), idat(ROWS), IEND), /at most 256 colors before IDAT/);
    expectImageError(pngFile(header, palette(769), idat(ROWS), IEND), /at most 256 colors before IDAT/);
    expectImageError(pngFile(header, idat(ROWS), palette(3), IEND), /at most 256 colors before IDAT/);
    expectImageError(pngFile(header, palette(120), idat(ROWS), IEND), /a palette of 40 colors, got color 40/);
    expect(decodeImage(pngFile(header, palette(123), idat(ROWS), IEND), "41 colors").width).toBe(2);
  });

  test("an unknown filter", () => {
    expectImageError(
      pngFile(HEADER, idat(Uint8Array.of(0, 1, 2, 5, 3, 4)), IEND),
      /row 1: expected filter 0 to 4, got 5/,
    );
  });

  test("compressed data that are broken, too few or against their checksum", () => {
    const compressed = new Uint8Array(deflateSync(ROWS));
    const withData = (data: Uint8Array) => pngFile(HEADER, pngChunk("IDAT", data), IEND);
    expectImageError(withData(new Uint8Array(0)), /IDAT: expected 6 bytes of pixels, got fewer/);
    expectImageError(withData(Uint8Array.of(0x79, ...compressed.subarray(1))), /a zlib stream, got one/);
    expectImageError(withData(patched(compressed, { 2: 0x07 })), /got broken data after 0 bytes/);
    expectImageError(withData(compressed.subarray(0, -1)), /IDAT/);
    expectImageError(pngFile(HEADER, idat(ROWS.subarray(1)), IEND), /6 bytes of pixels, got 5/);
    const last = compressed.length - 1;
    expectImageError(
      withData(patched(compressed, { [last]: compressed[last] ^ 1 })),
      /agree with their check/,
    );
  });
});

describe("PNGs that would cost too much", () => {
  test.each([
    ["30,000 x 30,000", ihdr({ width: 30000, height: 30000 }), /at most 100 megapixels, got 30000 x 30000/],
    ["2^31 - 1 squared", ihdr({ width: 2 ** 31 - 1, height: 2 ** 31 - 1 }), /at most 100 megapixels/],
    ["2^32 - 1 squared", ihdr({ width: 2 ** 32 - 1, height: 2 ** 32 - 1 }), /at most 100 megapixels/],
    ["64 bits a pixel", ihdr({ width: 9999, height: 9999, bitDepth: 16, colorType: 6 }), /at most 512 MB/],
    ["more than its bytes can hold", ihdr({ width: 9999, height: 9999 }), /99990000 bytes .*, got fewer/],
  ])("%s", (_, header, message) => {
    expectImageError(pngFile(header, idat(ROWS), IEND), message);
  });

  test("200 MB of pixels in an image of 4 x 4: inflated no further than the first slice", () => {
    const bomb = pngFile(ihdr({ width: 4, height: 4 }), idat(new Uint8Array(200_000_000)), IEND);
    expect(quick(() => decodeImage(bomb, "bomb")).data).toEqual(new Uint8Array(48));
  });

  test("50 MB after the end of the pixels", () => {
    const rest = new Uint8Array(50_000_000).fill(1);
    const long = pngFile(HEADER, pngChunk("IDAT", concatenate([COMPRESSED, rest])), IEND);
    quick(() => decodeImage(long, "long"));
  });

  test("bombs in chunks that are not read", () => {
    const profile = concatenate([
      new TextEncoder().encode("name\0\0"),
      new Uint8Array(deflateSync(new Uint8Array(50_000_000))),
    ]);
    const chunks = ["iCCP", "zTXt", "iTXt"].map((type) => pngChunk(type, profile));
    expect(decodeImage(pngFile(HEADER, ...chunks, idat(ROWS), IEND), "bombs").data[0]).toBe(10);
  });
});

test("the signature alone is a truncated PNG", () => {
  expectImageError(PNG_SIGNATURE, /The PNG is truncated/);
});
