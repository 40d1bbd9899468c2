import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { load } from "../../src/detect.ts";
import type { Box } from "../../src/detection.ts";
import { cropImage } from "../../src/image/crop.ts";
import { decodeImage, encodeJpeg, encodePng } from "../../src/image/imageFile.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import { concatenate } from "../../src/support/concatenate.ts";
import { readFixture } from "../image/fixtures.ts";
import { IEND, pngChunk } from "../image/pngFile.ts";
import { SAMPLES, temporaryFolder, write } from "./support/folders.ts";
import { runCli } from "./support/runCli.ts";

/** No file may hold it. */
const SECRET = "PLANTED-SECRET";
const text = (value: string) => Uint8Array.from(value, (letter) => letter.charCodeAt(0));

let face: RgbImage;
beforeAll(async () => {
  const people = decodeImage(new Uint8Array(await readFile(join(SAMPLES, "people.png"))));
  face = cropped(people, { xmin: 60, ymin: 20, xmax: 300, ymax: 260 });
});

function cropped(image: RgbImage, box: Box): RgbImage {
  const part = cropImage(image, box);
  if (!part) throw new Error("nothing there");
  return part;
}

async function anonymize(files: Record<string, Uint8Array>, ...flags: string[]) {
  const folder = await temporaryFolder();
  await write(
    folder,
    Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`in/${name}`, bytes])),
  );
  const out = join(folder, "out");
  const result = await runCli(["anonymize", join(folder, "in"), "--out", out, "--backend", "wasm", ...flags]);
  const names = await readdir(out).catch(() => []);
  const read = await Promise.all(names.map(async (name) => new Uint8Array(await readFile(join(out, name)))));
  return { ...result, folder, out, files: Object.fromEntries(names.map((name, i) => [name, read[i]])) };
}

function segment(marker: number, data: Uint8Array): Uint8Array {
  const length = data.length + 2;
  return concatenate([Uint8Array.of(0xff, marker, length >> 8, length & 0xff), data]);
}

/** A face in the preview, in a second image and after the end; texts in every block. */
function plantedJpeg(): Uint8Array {
  const jpeg = encodeJpeg(face, 92);
  const exif = concatenate([
    text("Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"),
    text(SECRET),
    jpeg.subarray(0, 40_000),
  ]);
  const blocks = [
    segment(0xe1, exif),
    segment(0xe1, text(`http://ns.adobe.com/xap/1.0/\0<x>${SECRET}</x>`)),
    segment(0xe2, text(`MPF\0${SECRET}`)),
    segment(0xe2, concatenate([text("ICC_PROFILE\0\x01\x01"), profileWithTexts()])),
    segment(0xeb, text(`JP\x01\x02c2pa${SECRET}`)),
    segment(0xed, text(`Photoshop 3.0\0${SECRET}`)),
    segment(0xfe, text(SECRET)),
  ];
  return concatenate([jpeg.subarray(0, 20), ...blocks, jpeg.subarray(20), text(SECRET), jpeg]);
}

/** A profile of one primary, with texts in its header, in a tag, and after a tag's numbers. */
function profileWithTexts(): Uint8Array {
  const profile = new Uint8Array(128 + 4 + 24 + 40 + 40);
  const view = new DataView(profile.buffer);
  profile.set(text("acsp"), 36);
  profile.set(text(SECRET), 80);
  view.setUint32(128, 2);
  for (const [i, [name, length]] of [["rXYZ", 40] as const, ["desc", 40] as const].entries()) {
    profile.set(text(name), 132 + i * 12);
    view.setUint32(136 + i * 12, 156 + i * 40);
    view.setUint32(140 + i * 12, length);
  }
  profile.set(text(`XYZ \0\0\0\0RRRRGGGGBBBB${SECRET}`), 156);
  profile.set(text(`desc${SECRET}`), 196);
  return profile;
}

function holds(bytes: Uint8Array, wanted: string): boolean {
  return Buffer.from(bytes).includes(Buffer.from(wanted, "latin1"));
}

test("a JPEG's new file has its pixels alone, and only blocks that touch a mask differ", async () => {
  const planted = plantedJpeg();
  expect(holds(planted, SECRET)).toBe(true);
  const { files, code, stdout } = await anonymize({ "a.jpg": planted });
  expect(code).toBe(0);
  expect(stdout).toMatch(/a\.jpg +1 /);
  expect(stdout).toMatch(/1 face masked in 1 image; JPEGs at quality 92, no metadata/);
  expect(stdout).toMatch(/No detector finds every face/);
  const written = files["a.jpg"];
  expect(holds(written, SECRET)).toBe(false);
  expect(holds(written, "RRRRGGGGBBBB")).toBe(true);
  expect(written.subarray(-2)).toEqual(Uint8Array.of(0xff, 0xd9));
  // The file's start, and the only one: no preview and no second image.
  expect(written.filter((byte, i) => byte === 0xff && written[i + 1] === 0xd8).length).toBe(1);
  const plain = decodeImage(encodeJpeg(decodeImage(planted), 92));
  const masked = decodeImage(written);
  let same = 0;
  for (let top = 0; top < face.height; top += 8) {
    for (let left = 0; left < face.width; left += 8) {
      const box = { xmin: left, ymin: top, xmax: left + 8, ymax: top + 8 };
      const [a, b] = [cropped(plain, box).data, cropped(masked, box).data];
      const isDark = b.some((value) => value < 8);
      if (!isDark) expect(b).toEqual(a);
      if (!isDark) same++;
    }
  }
  expect(same).toBeGreaterThan(50);
});

test("a PNG stays one with its alpha: masks are opaque and of one color, no other pixel changes", async () => {
  const alpha = Uint8Array.from({ length: face.width * face.height }, (_, i) =>
    i < 480 ? 0 : i < 960 ? 128 : 255,
  );
  const png = encodePng(face, { alpha });
  const end = png.length - IEND.length;
  const planted = concatenate([
    png.subarray(0, 33),
    pngChunk("tEXt", text(`Comment\0${SECRET}`)),
    pngChunk("iTXt", text(`XML:com.adobe.xmp\0\0\0\0\0${SECRET}`)),
    pngChunk("eXIf", text(`MM\0*\0\0\0\x08\0\0\0\0\0\0${SECRET}`)),
    pngChunk("caBX", text(SECRET)),
    png.subarray(33, end),
    pngChunk("tIME", Uint8Array.of(7, 0xea, 1, 1, 1, 1, 1)),
    IEND,
    text(SECRET),
    png,
  ]);
  const { files, code } = await anonymize({ "a.png": planted });
  expect(code).toBe(0);
  const written = files["a.png"];
  const types = [
    ...Buffer.from(written)
      .toString("latin1")
      .matchAll(/IHDR|IDAT|IEND|tEXt|iTXt|eXIf|caBX|tIME/g),
  ];
  expect(types.map(([type]) => type)).toEqual(["IHDR", "IDAT", "IEND"]);
  expect(holds(written, SECRET)).toBe(false);
  const masked = decodeImage(written);
  const { decodeAlpha } = await import("../../src/image/png/decodeAlpha.ts");
  const { readPngFile } = await import("../../src/image/png/readPngFile.ts");
  const kept = decodeAlpha(readPngFile(written, "a.png"), "a.png") ?? [];
  const counts = { black: 0, same: 0, erased: 0 };
  for (let pixel = 0; pixel < alpha.length; pixel++) {
    const [before, after] = [face, masked].map(({ data }) => data.subarray(pixel * 3, pixel * 3 + 3).join());
    if (after === before && kept[pixel] === alpha[pixel]) counts.same++;
    else if (after === "0,0,0" && kept[pixel] === 255) counts.black++;
    else if (after === "0,0,0" && kept[pixel] === 0 && alpha[pixel] === 0) counts.erased++;
  }
  expect(counts.black + counts.same + counts.erased).toBe(alpha.length);
  expect(counts.black).toBeGreaterThan(105 * 134);
  expect(counts.same).toBeGreaterThan(1000);
  expect(counts.erased).toBeGreaterThan(50);
});

test("after it the detector finds nothing, also in an image that Exif turns", async () => {
  const jpeg = encodeJpeg(turnedLeft(face), 92);
  // Orientation 6: row 0 is the right side.
  const exif = concatenate([
    text("Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"),
    new Uint8Array(4),
  ]);
  const turned = concatenate([jpeg.subarray(0, 20), segment(0xe1, exif), jpeg.subarray(20)]);
  const { files, stdout } = await anonymize({ "turned.jpg": turned }, "--mask", "solid", "--numbered");
  expect(stdout).toMatch(/1 face masked/);
  const written = files["1.jpg"];
  expect(decodeImage(written)).toMatchObject({ width: face.width, height: face.height });
  const detector = await load("centerface", { backend: "wasm" });
  expect((await detector.detect(face)).detections.length).toBe(1);
  expect((await detector.detect(written)).detections).toEqual([]);
  await detector.dispose();
});

/** What orientation 6 turns upright. */
function turnedLeft({ width, height, data }: RgbImage): RgbImage {
  const turned = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const to = ((width - 1 - x) * height + y) * 3;
      turned.set(data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3), to);
    }
  }
  return { width: height, height: width, data: turned };
}

describe("nothing is written for an image", () => {
  test("of four inks, 16 bits or several frames, nor for a damaged one; the others are", async () => {
    const png = encodePng({ width: 40, height: 40, data: new Uint8Array(4800) });
    const animated = concatenate([
      png.subarray(0, 33),
      pngChunk("acTL", new Uint8Array(8)),
      png.subarray(33),
    ]);
    const sources = {
      "cmyk.jpg": readFixture("cmyk.jpg"),
      "deep.png": readFixture("rgb-16.png"),
      "frames.png": animated,
      "half.png": png.slice(0, -20),
      "good.png": png,
    };
    const { files, code, stdout, stderr } = await anonymize(sources);
    expect(code).toBe(3);
    expect(Object.keys(files)).toEqual(["good.png"]);
    expect(stdout).toMatch(/0 faces masked in 1 image/);
    expect(stdout).toMatch(/4 images failed and were not written/);
    expect(stderr).toMatch(/cmyk\.jpg: not written: .*got CMYK/);
    expect(stderr).toMatch(/deep\.png: not written: .*got 16 bits per sample/);
    expect(stderr).toMatch(/frames\.png: not written: .*got an animation/);
  });

  test("if a file of its name is there, or the folder is that of the images", async () => {
    const folder = await temporaryFolder();
    const png = encodePng({ width: 40, height: 40, data: new Uint8Array(4800) });
    await write(folder, { "a.png": png, "out/a.png": "mine" });
    const out = join(folder, "out");
    const there = await runCli(["anonymize", join(folder, "a.png"), "--out", out]);
    expect([there.code, there.stderr]).toEqual([1, expect.stringMatching(/expected no file of this name/)]);
    expect(await readFile(join(out, "a.png"), "utf8")).toBe("mine");
    const itself = await runCli(["anonymize", join(folder, "a.png"), "--out", folder]);
    expect([itself.code, itself.stderr]).toEqual([
      1,
      expect.stringMatching(/expected a path that nothing else uses/),
    ]);
    await writeFile(join(folder, "A.PNG"), png);
    const clash = await runCli([
      "anonymize",
      join(folder, "a.png"),
      join(folder, "A.PNG"),
      "--out",
      `${out}2`,
    ]);
    expect([clash.code, clash.stderr]).toEqual([1, expect.stringMatching(/expected a name of its own/)]);
  });
});
