/** That a new file has the pixels and nothing else, and that only masks change them. */
import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readPlainImage, writeMasked } from "../../src/anonymize/rewriteImage.ts";
import { ImageError } from "../../src/errors.ts";
import { cropImage } from "../../src/image/crop.ts";
import { turnUpright } from "../../src/image/exif.ts";
import { decodeImage, encodeJpeg, encodePng } from "../../src/image/imageFile.ts";
import { maskedPixels } from "../../src/image/mask/maskFaces.ts";
import { decodePngWithAlpha } from "../../src/image/png/decodeAlpha.ts";
import { readPngFile } from "../../src/image/png/readPngFile.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import { concatenate } from "../../src/support/concatenate.ts";
import { readFixture } from "../image/fixtures.ts";
import { IEND, idat, ihdr, pngChunk, pngFile } from "../image/pngFile.ts";
import { exifData, latin1, ORIENTATIONS, segment, stored, withExif, withSegments } from "./stored.ts";

/** A pattern in which no two pixels near each other are equal. */
function pattern(width: number, height: number): RgbImage {
  const data = Uint8Array.from(
    { length: width * height * 3 },
    (_, i) => 40 + ((i * 37 + (i >> 8) * 11) % 200),
  );
  return { width, height, data };
}

/** Its mask reaches from (44, 24) to (116, 86). */
const FACE = { box: { xmin: 60, ymin: 40, xmax: 100, ymax: 70 } };
const SIZE = { width: 160, height: 120 };

test("of a JPEG, only blocks that touch a mask differ from a JPEG of the same pixels without masks", () => {
  const jpeg = encodeJpeg(pattern(160, 120), 90);
  const plain = readPlainImage(jpeg, "a.jpg");
  expect(plain.format).toBe("jpeg");
  const unmasked = decodeImage(encodeJpeg(plain.image, 92));
  const masked = decodeImage(writeMasked(plain, [FACE]));
  const covered = maskedPixels(SIZE, [FACE]);
  const counts = { touched: 0, equal: 0 };
  for (let top = 0; top < SIZE.height; top += 8) {
    for (let left = 0; left < SIZE.width; left += 8) {
      const box = { xmin: left, ymin: top, xmax: left + 8, ymax: top + 8 };
      const [a, b] = [unmasked, masked].map((image) => (cropImage(image, box) as RgbImage).data);
      const isTouched = Array.from(
        { length: 64 },
        (_, i) => (top + (i >> 3)) * SIZE.width + left + (i & 7),
      ).some((pixel) => covered[pixel]);
      if (isTouched) counts.touched++;
      else expect(b).toEqual(a);
      if (!isTouched) counts.equal++;
    }
  }
  // Blocks 5 to 14 of 20, 3 to 10 of 15.
  expect(counts).toEqual({ touched: 10 * 8, equal: 300 - 80 });
});

test("of a PNG, no pixel outside the masks changes, and those within are one color", () => {
  const image = pattern(160, 120);
  const written = decodeImage(writeMasked(readPlainImage(encodePng(image), "a.png"), [FACE]));
  const covered = maskedPixels(SIZE, [FACE]);
  const expected = image.data.map((value, i) => (covered[Math.floor(i / 3)] ? 0 : value));
  expect(written).toEqual({ ...image, data: expected });
  expect(covered.reduce((sum, value) => sum + value, 0)).toBe((116 - 44) * (86 - 24));
});

describe("what else is in a file is not in the new one", () => {
  const SECRET = "PLANTED-SECRET";
  const planted = latin1(SECRET);
  const holds = (bytes: Uint8Array, wanted: string) =>
    Buffer.from(bytes).includes(Buffer.from(wanted, "latin1"));

  test("every segment of a JPEG, its thumbnail, further images and its trailer", () => {
    const jpeg = encodeJpeg(pattern(160, 120), 92);
    const markers = [...Array.from({ length: 16 }, (_, i) => 0xe0 + i), 0xfe].filter(
      (marker) => marker !== 0xee,
    );
    const blocks = markers.map((marker) =>
      segment(marker, concatenate([latin1("Any\0"), planted, jpeg.subarray(0, 9000)])),
    );
    const known = [
      segment(0xe0, concatenate([latin1("JFXX\0\x10"), planted, jpeg.subarray(0, 9000)])),
      segment(0xe1, concatenate([latin1("Exif\0\0"), exifData(1), planted, jpeg.subarray(0, 9000)])),
      segment(0xe1, latin1(`http://ns.adobe.com/xap/1.0/\0${SECRET}`)),
      segment(0xe1, latin1(`http://ns.adobe.com/xmp/extension/\0${SECRET}`)),
      segment(0xe2, latin1(`MPF\0${SECRET}`)),
      segment(0xe2, latin1(`urn:iso:std:iso:ts:21496:-1\0${SECRET}`)),
      segment(0xe2, latin1(`FPXR\0${SECRET}`)),
      segment(0xeb, latin1(`JP\x01\x02c2pa${SECRET}`)),
      segment(0xed, latin1(`Photoshop 3.0\0 8BIM${SECRET}`)),
      segment(0xee, latin1(`Adobe\0\x64\0\0\0\0\x01${SECRET}`)),
      // A profile of which a part is missing.
      segment(0xe2, latin1(`ICC_PROFILE\0\x01\x02${SECRET}`)),
    ];
    const file = concatenate([withSegments(jpeg, ...known, ...blocks), planted, jpeg]);
    expect(holds(file, SECRET)).toBe(true);
    const written = writeMasked(readPlainImage(file, "a.jpg"), [FACE]);
    expect(holds(written, SECRET)).toBe(false);
    // The markers of a plain JPEG, and one start.
    const markersLeft = markersOf(written);
    // JFIF's header, two tables of factors, the frame, four of codes, the scan.
    const tables = { factors: [0xdb, 0xdb], codes: [0xc4, 0xc4, 0xc4, 0xc4] };
    expect(markersLeft).toEqual([0xd8, 0xe0, ...tables.factors, 0xc0, ...tables.codes, 0xda, 0xd9]);
    expect(decodeImage(written)).toEqual(decodeImage(writeMasked(readPlainImage(jpeg, "a.jpg"), [FACE])));
  });

  test("every chunk of a PNG but those of pixels, and its trailer", () => {
    const png = encodePng(pattern(160, 120));
    const [head, body] = [png.subarray(0, 33), png.subarray(33, png.length - IEND.length)];
    const packed = deflateSync(planted);
    const chunks = [
      pngChunk("tEXt", latin1(`Comment\0${SECRET}`)),
      pngChunk("zTXt", concatenate([latin1("Comment\0\0"), packed])),
      pngChunk("iTXt", latin1(`XML:com.adobe.xmp\0\0\0\0\0${SECRET}`)),
      pngChunk("eXIf", concatenate([exifData(1), planted])),
      pngChunk("caBX", planted),
      pngChunk("prIv", concatenate([planted, png.subarray(0, 5000)])),
      pngChunk("tIME", Uint8Array.of(7, 0xea, 1, 1, 1, 1, 1)),
      pngChunk("pHYs", new Uint8Array(9)),
      pngChunk("gAMA", new Uint8Array(4)),
    ];
    const file = concatenate([head, ...chunks, body, pngChunk("tEXt", planted), IEND, planted, png]);
    expect(holds(file, SECRET)).toBe(true);
    const written = writeMasked(readPlainImage(file, "a.png"), [FACE]);
    expect(holds(written, SECRET)).toBe(false);
    expect(holds(written, packed.toString("latin1"))).toBe(false);
    expect(chunksOf(written)).toEqual(["IHDR", "IDAT", "IEND"]);
  });
});

describe("Exif orientation is applied", () => {
  const image = pattern(48, 32);

  test.each(ORIENTATIONS)("%i of a PNG, to its alpha as well", (orientation) => {
    const alpha = Uint8Array.from({ length: 48 * 32 }, (_, i) => (i * 7) % 256);
    const three = Uint8Array.from({ length: 48 * 32 * 3 }, (_, i) => alpha[Math.floor(i / 3)]);
    const storedAlpha = stored({ ...image, data: three }, orientation).data.filter((_, i) => i % 3 === 0);
    const png = encodePng(stored(image, orientation), { alpha: storedAlpha });
    const turned = concatenate([
      png.subarray(0, 33),
      pngChunk("eXIf", exifData(orientation)),
      png.subarray(33),
    ]);
    const plain = readPlainImage(turned, "a.png");
    expect(plain.image).toEqual(image);
    expect(plain.alpha).toEqual(alpha);
    const kept = decodePngWithAlpha(readPngFile(writeMasked(plain, []), "a.png"), "a.png");
    expect(kept.alpha).toEqual(alpha);
    expect(kept.image.data).toEqual(image.data.map((value, i) => (three[i] === 0 ? 0 : value)));
  });

  test.each(ORIENTATIONS)("%i of a JPEG", (orientation) => {
    const jpeg = encodeJpeg(stored(image, orientation), 92);
    const plain = readPlainImage(withExif(jpeg, orientation), "a.jpg");
    expect(plain.image).toEqual(turnUpright(decodeImage(jpeg), orientation));
    expect(decodeImage(writeMasked(plain, []))).toEqual(decodeImage(encodeJpeg(plain.image, 92)));
  });
});

test.each([
  "grey-8",
  "grey-4",
  "palette-8",
  "palette-4-transparent",
  "grey-alpha-8",
  "rgb-8-transparent",
  "rgb-alpha-8-interlaced",
])("%s.png keeps its pixels and its alpha", (name) => {
  const bytes = readFixture(`${name}.png`);
  const plain = readPlainImage(bytes, name);
  expect(plain.image).toEqual(decodeImage(bytes, name));
  const written = readPlainImage(writeMasked(plain, []), name);
  const visible = (i: number) => plain.alpha?.[Math.floor(i / 3)] !== 0;
  expect(written.image.data).toEqual(plain.image.data.map((value, i) => (visible(i) ? value : 0)));
  expect(written.alpha).toEqual(plain.alpha);
  expect(plain.alpha !== undefined).toBe(/alpha|transparent/.test(name));
});

test("what is below a mask is opaque, also where it was transparent", () => {
  const alpha = new Uint8Array(SIZE.width * SIZE.height).fill(7);
  const written = readPlainImage(
    writeMasked(readPlainImage(encodePng(pattern(160, 120), { alpha }), "a.png"), [FACE], {
      shape: "ellipse",
    }),
    "b.png",
  );
  const covered = maskedPixels(SIZE, [FACE], { shape: "ellipse" });
  expect(written.alpha).toEqual(covered.map((value) => (value ? 255 : 7)));
});

test.each([
  ["cmyk.jpg", readFixture("cmyk.jpg"), /got CMYK/],
  ["deep.png", readFixture("rgb-16.png"), /got 16 bits per sample/],
  [
    "frames.png",
    pngFile(
      ihdr({ width: 1, height: 1 }),
      pngChunk("acTL", Uint8Array.of(0, 0, 0, 2, 0, 0, 0, 0)),
      idat(Uint8Array.of(0, 9)),
      pngChunk("fdAT", Uint8Array.of(0, 0, 0, 1, 9)),
      IEND,
    ),
    /got an animation/,
  ],
  ["a.gif", latin1("GIF89a\x01\0\x01\0\0\0\0;"), /expected a JPEG or PNG image, got a GIF/],
  ["cut.png", encodePng(pattern(9, 9)).slice(0, -20), /truncated/],
])("%s is refused", (name, bytes, message) => {
  expect(() => readPlainImage(bytes, name)).toThrow(ImageError);
  expect(() => readPlainImage(bytes, name)).toThrow(message);
});

function markersOf(jpeg: Uint8Array): number[] {
  const markers: number[] = [];
  for (let at = 0; at + 1 < jpeg.length; at++) {
    if (jpeg[at] !== 0xff || jpeg[at + 1] === 0 || jpeg[at + 1] === 0xff) continue;
    const marker = jpeg[at + 1];
    markers.push(marker);
    if (marker !== 0xd8 && marker !== 0xd9 && marker !== 0xda) at += 1 + jpeg[at + 2] * 256 + jpeg[at + 3];
  }
  return markers;
}

function chunksOf(png: Uint8Array): string[] {
  const view = new DataView(png.buffer, png.byteOffset, png.length);
  const types: string[] = [];
  for (let at = 8; at < png.length; at += 12 + view.getUint32(at)) {
    types.push(String.fromCharCode(...png.subarray(at + 4, at + 8)));
  }
  return types;
}
