import { readFileSync } from "node:fs";
import { readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readPlainImage } from "../../src/anonymize/rewriteImage.ts";
import { Interruption } from "../../src/cli/failures.ts";
import { load } from "../../src/detect.ts";
import type { Box } from "../../src/detection.ts";
import { cropImage } from "../../src/image/crop.ts";
import { decodeImage, encodeJpeg, encodePng } from "../../src/image/imageFile.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import { concatenate } from "../../src/support/concatenate.ts";
import { exifData, latin1, ORIENTATIONS, segment, stored, withExif } from "../anonymize/stored.ts";
import { readFixture } from "../image/fixtures.ts";
import { IEND, pngChunk } from "../image/pngFile.ts";
import { SAMPLES, temporaryFolder, write } from "./support/folders.ts";
import { runCli } from "./support/runCli.ts";

/** No file may hold it. */
const SECRET = "PLANTED-SECRET";

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

/** A face in the preview, in a second image and after the end; texts in every block. */
function plantedJpeg(): Uint8Array {
  const jpeg = encodeJpeg(face, 92);
  const exif = concatenate([
    latin1("Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"),
    latin1(SECRET),
    jpeg.subarray(0, 40_000),
  ]);
  const blocks = [
    segment(0xe1, exif),
    segment(0xe1, latin1(`http://ns.adobe.com/xap/1.0/\0<x>${SECRET}</x>`)),
    segment(0xe2, latin1(`MPF\0${SECRET}`)),
    segment(0xe2, concatenate([latin1("ICC_PROFILE\0\x01\x01"), profileWithTexts()])),
    segment(0xeb, latin1(`JP\x01\x02c2pa${SECRET}`)),
    segment(0xed, latin1(`Photoshop 3.0\0${SECRET}`)),
    segment(0xfe, latin1(SECRET)),
  ];
  return concatenate([jpeg.subarray(0, 20), ...blocks, jpeg.subarray(20), latin1(SECRET), jpeg]);
}

/** A profile of one primary, with texts in its header, in a tag, and after a tag's numbers. */
function profileWithTexts(): Uint8Array {
  const profile = new Uint8Array(128 + 4 + 24 + 40 + 40);
  const view = new DataView(profile.buffer);
  profile.set(latin1("acsp"), 36);
  profile.set(latin1(SECRET), 80);
  view.setUint32(128, 2);
  for (const [i, [name, length]] of [["rXYZ", 40] as const, ["desc", 40] as const].entries()) {
    profile.set(latin1(name), 132 + i * 12);
    view.setUint32(136 + i * 12, 156 + i * 40);
    view.setUint32(140 + i * 12, length);
  }
  profile.set(latin1(`XYZ \0\0\0\0RRRRGGGGBBBB${SECRET}`), 156);
  profile.set(latin1(`desc${SECRET}`), 196);
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
    pngChunk("tEXt", latin1(`Comment\0${SECRET}`)),
    pngChunk("iTXt", latin1(`XML:com.adobe.xmp\0\0\0\0\0${SECRET}`)),
    pngChunk("eXIf", latin1(`MM\0*\0\0\0\x08\0\0\0\0\0\0${SECRET}`)),
    pngChunk("caBX", latin1(SECRET)),
    png.subarray(33, end),
    pngChunk("tIME", Uint8Array.of(7, 0xea, 1, 1, 1, 1, 1)),
    IEND,
    latin1(SECRET),
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
  const kept = readPlainImage(written, "a.png").alpha ?? [];
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

test("after it the detector finds nothing, however Exif turns the image, as JPEG and PNG, gray and with alpha", async () => {
  const gray = face.data.map((_, i) => face.data[i - (i % 3) + 1]);
  const png = encodePng(stored(face, 5));
  const sources = {
    ...Object.fromEntries(
      ORIENTATIONS.map((each) => [`${each}.jpg`, withExif(encodeJpeg(stored(face, each), 92), each)]),
    ),
    "5.png": concatenate([png.subarray(0, 33), pngChunk("eXIf", exifData(5)), png.subarray(33)]),
    "alpha.png": encodePng(face, { alpha: new Uint8Array(face.width * face.height).fill(99) }),
    "gray.png": encodePng({ ...face, data: gray }),
  };
  const { files, stdout, code } = await anonymize(sources, "--sides", "120,240");
  expect(code).toBe(0);
  expect(stdout).toMatch(/11 faces masked in 11 images/);
  expect(Object.keys(files).sort()).toEqual(Object.keys(sources).sort());
  const detector = await load("centerface", { backend: "wasm" });
  expect((await detector.detect(face)).detections.length).toBe(1);
  for (const written of Object.values(files)) {
    expect(decodeImage(written)).toMatchObject({ width: face.width, height: face.height });
    expect((await detector.detect(written)).detections).toEqual([]);
  }
  await detector.dispose();
});

describe("options", () => {
  test("--turns finds more of a lying face, a third side a smaller one, --numbered names files by their places", async () => {
    const sources = { "a lying.png": encodePng(stored(face, 6)) };
    const masks = (text: string) => Number(/png +1 +(\d+) /.exec(text)?.[1]);
    const upright = await anonymize(sources, "--sides", "60,120");
    expect(upright.stdout).toMatch(/ 34 px /);
    const turned = await anonymize(sources, "--sides", "60,120", "--turns", "--numbered");
    expect(masks(turned.stdout)).toBeGreaterThan(2 * masks(upright.stdout));
    expect(Object.keys(turned.files)).toEqual(["1.png"]);
    const three = await anonymize(sources, "--sides", "60,120,480");
    expect(three.stdout).toMatch(/ 9 px /);
    expect(masks(three.stdout)).toBeGreaterThan(masks(upright.stdout));
  });

  test.each([
    ["mosaic", "box"],
    ["blur", "box"],
    ["solid", "ellipse"],
  ])("--mask %s --shape %s is called weak, and changes nothing outside", async (mask, shape) => {
    const { stdout, files } = await anonymize({ "a.png": encodePng(face) }, "--mask", mask, "--shape", shape);
    expect(stdout).toMatch(new RegExp(`The masks are weak \\(${mask}, ${shape}\\): software may find`));
    const { data } = decodeImage(files["a.png"]);
    const changed = data.filter((value, i) => value !== face.data[i]).length / data.length;
    expect(changed).toBeGreaterThan(0.2);
    expect(changed).toBeLessThan(0.9);
    const black = data.filter((value) => value === 0).length / data.length;
    if (mask === "solid") expect(black).toBeGreaterThan(0.2);
    else expect(black).toBeLessThan(0.01);
  });
});

test("a new file has times of its own", async () => {
  const folder = await temporaryFolder();
  await write(folder, { "a.png": encodePng({ width: 40, height: 40, data: new Uint8Array(4800) }) });
  const taken = new Date("2001-02-03T04:05:06Z");
  await utimes(join(folder, "a.png"), taken, taken);
  const { code } = await runCli(["anonymize", join(folder, "a.png"), "--out", join(folder, "out")]);
  expect(code).toBe(0);
  const { mtime, atime } = await stat(join(folder, "out/a.png"));
  expect(Math.min(mtime.getFullYear(), atime.getFullYear())).toBeGreaterThan(2001);
});

test.each([
  ["--mask", "mosiac", "a kind of mask", "mosaic"],
  ["--mask", "black", "a kind of mask", undefined],
  ["--shape", "elipse", "a shape of masks", "ellipse"],
])(
  "%s %s is refused before anything is read, and the name that is near is told",
  async (flag, name, expected, near) => {
    const { code, stderr } = await runCli(["anonymize", "nowhere", "--out", "nowhere", flag, name]);
    expect(code).toBe(1);
    expect(stderr).toContain(`option ${flag}: expected ${expected}, got "${name}".`);
    if (near) expect(stderr).toContain(`Did you mean ${near}?`);
    expect(stderr).toMatch(/The names are (solid, mosaic, blur|box, ellipse)\./);
  },
);

test.each([
  ["-", "standard input"],
  ["https://example.org/a.jpg", "an address"],
])("%s is refused, and makes no folder", async (image, got) => {
  const folder = await temporaryFolder();
  const { code, stderr } = await runCli(["anonymize", image, "--out", join(folder, "out")]);
  expect([code, await readdir(folder)]).toEqual([3, []]);
  expect(stderr).toContain(`${image}: expected a file of this machine, got ${got}. Save it first.`);
});

test("Ctrl-C leaves whole files and no others", async () => {
  const folder = await temporaryFolder();
  const png = encodePng(face);
  const names = Array.from({ length: 12 }, (_, i) => `in/${String(i).padStart(2, "0")}.png`);
  await write(folder, Object.fromEntries(names.map((name) => [name, png])));
  const out = join(folder, "out");
  const controller = new AbortController();
  const watch = setInterval(async () => {
    const written = await readdir(out).catch(() => []);
    if (written.some((name) => /^\d\d\.png$/.test(name))) {
      controller.abort(new Interruption("interrupted", 130));
    }
  }, 1);
  const args = ["anonymize", join(folder, "in"), "--out", out, "--backend", "wasm"];
  const { code, stderr, stdout } = await runCli(args, { signal: controller.signal });
  clearInterval(watch);
  expect(code).toBe(130);
  const left = await readdir(out);
  expect(left.length).toBeGreaterThan(0);
  expect(left.length).toBeLessThan(12);
  expect(left.every((name) => /^\d\d\.png$/.test(name))).toBe(true);
  for (const name of left) expect(() => decodeImage(readPng(join(out, name)))).not.toThrow();
  expect(stderr).toContain(`interrupted after ${left.length} of 12 images; their new files are kept`);
  expect(stdout).toMatch(new RegExp(`${left.length} faces? masked in ${left.length} images?`));
});

function readPng(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path));
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
      "moving.gif": latin1("GIF89a\x01\0\x01\0\0\0\0;"),
      "notes.txt": latin1("notes"),
    };
    const { files, code, stdout, stderr } = await anonymize(sources);
    expect(code).toBe(3);
    expect(Object.keys(files)).toEqual(["good.png"]);
    expect(stdout).toMatch(/0 faces masked in 1 image/);
    expect(stdout).toMatch(/4 images failed and were not written/);
    expect(stdout).toMatch(/1 file of other kinds was not read and not written, such as \S+moving\.gif/);
    expect(stderr).toMatch(/^centernet: not written: \S+cmyk\.jpg: expected .*got CMYK/m);
    expect(stderr).toMatch(/not written: \S+deep\.png: .*got 16 bits per sample/);
    expect(stderr).toMatch(/not written: \S+frames\.png: .*got an animation/);
  });

  test("a file is of another kind than its name says, and has the new name of one before", async () => {
    const png = encodePng({ width: 40, height: 40, data: new Uint8Array(4800) });
    const { files, code, stderr } = await anonymize({ "a.jpg": png, "a.png": png });
    expect([code, Object.keys(files)]).toEqual([3, ["a.png"]]);
    expect(stderr).toMatch(/not written: \S+a\.png: expected a name of its own .*got that of \S+a\.jpg/);
    const numbered = await anonymize({ "a.jpg": png, "a.png": png }, "--numbered");
    expect([numbered.code, Object.keys(numbered.files)]).toEqual([0, ["1.png", "2.png"]]);
  });

  test("there is none: no folder stays that was made for it, and one that was there does", async () => {
    const folder = await temporaryFolder();
    await write(folder, { "in/sub/a.jpg": "text", "there/kept/b.txt": "mine" });
    const run = (out: string, call = {}) =>
      runCli(["anonymize", join(folder, "in"), "--out", join(folder, out), "--backend", "wasm"], call);
    const stays = async () => (await readdir(folder, { recursive: true })).sort();
    const before = await stays();
    expect((await run("new/deep")).code).toBe(3);
    expect(await stays()).toEqual(before);
    expect((await run("there")).code).toBe(3);
    expect((await run("there/new")).code).toBe(3);
    expect(await stays()).toEqual(before);
    // Interrupted before the first image.
    const signal = AbortSignal.abort(new Interruption("interrupted", 130));
    expect((await run("new/deep", { signal })).code).toBe(130);
    expect(await stays()).toEqual(before);
    await write(folder, { "in/b.png": encodePng({ width: 40, height: 40, data: new Uint8Array(4800) }) });
    expect((await run("new/deep")).code).toBe(3);
    expect(await stays()).toEqual([...before, "in/b.png", "new", "new/deep", "new/deep/b.png"].sort());
  });

  test("if the folder is a file, or lies below one", async () => {
    const folder = await temporaryFolder();
    await write(folder, { "in/a.png": encodePng(face), file: "mine" });
    for (const out of ["file", "file/below"]) {
      const { code, stderr } = await runCli(["anonymize", join(folder, "in"), "--out", join(folder, out)]);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/expected a folder to write to/)]);
    }
    expect(await readFile(join(folder, "file"), "utf8")).toBe("mine");
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
