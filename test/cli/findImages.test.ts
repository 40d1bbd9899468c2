import { mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { findImages } from "../../src/cli/files/findImages.ts";
import { outputNames } from "../../src/cli/files/outputNames.ts";
import { readImage } from "../../src/cli/files/readImage.ts";
import { EMPTY_PICTURE, temporaryFolder, write } from "./support/folders.ts";

async function found(inputs: readonly string[], out = "no-such-folder"): Promise<string[][]> {
  return Array.from(await findImages(inputs, [out]), ({ path, relativePath }) => [path, relativePath]);
}

test("a folder gives its images of any depth, sorted, and nothing else", async () => {
  const folder = await temporaryFolder();
  await write(folder, {
    "z.JPG": "",
    "b/2.jpeg": "",
    "b/10.Png": "",
    "b/c/日本 語.png": "",
    "b/notes.txt": "",
    "b/.cache/x.png": "",
    "._z.jpg": "",
  });
  const names = ["b/10.Png", "b/2.jpeg", "b/c/日本 語.png", "z.JPG"];
  expect(await found([folder])).toEqual(names.map((name) => [join(folder, name), name]));
});

test("a folder that links to itself ends", async () => {
  const folder = await temporaryFolder();
  await write(folder, { "a.png": "" });
  await symlink(folder, join(folder, "again"));
  expect(await found([folder])).toEqual([[join(folder, "a.png"), "a.png"]]);
});

test("folders that are links are searched, and each image is found at its own place", async () => {
  const folder = await temporaryFolder();
  await write(folder, { "real/z/1.png": "", "elsewhere/2.png": "", "out/3.png": "" });
  await symlink(join(folder, "elsewhere"), join(folder, "real/link"));
  await symlink(join(folder, "elsewhere/2.png"), join(folder, "real/two.png"));
  await symlink(join(folder, "real/z"), join(folder, "real/a"));
  await symlink(join(folder, "out"), join(folder, "real/results"));
  await symlink(join(folder, "nowhere"), join(folder, "real/broken"));
  const names = ["link/2.png", "two.png", "z/1.png"];
  const real = join(folder, "real");
  expect(await found([real], join(folder, "out"))).toEqual(names.map((name) => [join(real, name), name]));
  await symlink(real, join(folder, "photos"));
  expect((await found([join(folder, "photos")], join(folder, "out"))).map(([, name]) => name)).toEqual(names);
});

test.skipIf(process.platform !== "linux")("names that are not UTF-8 are found, each as its own", async () => {
  const folder = await temporaryFolder();
  for (const bytes of [[0xff], [0xfe], [0xe9, 0x61]]) {
    const name = Buffer.from([...Buffer.from(`${folder}/`), ...bytes, ...Buffer.from(".png")]);
    await writeFile(name, EMPTY_PICTURE);
  }
  const names = ["\udce9a.png", "\udcfe.png", "\udcff.png"];
  const io = { stdin: () => Readable.from([]), signal: new AbortController().signal };
  for (const input of [folder, `${folder}/*.png`]) {
    const images = [...(await findImages([input], []))];
    expect(images.map(({ relativePath }) => relativePath)).toEqual(names);
    for (const { path } of images) expect(await readImage(path, io)).toEqual(EMPTY_PICTURE);
    expect(outputNames(images)).toEqual(["\ufffda.png", "\ufffd.png", "\ufffd-2.png"]);
  }
});

test("a folder without images says what is in it instead", async () => {
  const folder = await temporaryFolder();
  await write(folder, { "a/my clip.mp4": "", "notes.txt": "" });
  await expect(found([folder])).rejects.toThrow(
    `got none, but 1 of other kinds, such as ${folder}/a/my clip.mp4. Run mkdir frames && ffmpeg -i '${folder}/a/my clip.mp4' -vf`,
  );
  await write(folder, { "a/1.heic": "", "a/2.webp": "" });
  await expect(found([folder])).rejects.toThrow(
    `got none, but 3 of other kinds, such as ${folder}/a/1.heic. Convert them to JPEG or PNG.`,
  );
});

test("a large file that is no image is named without being read", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "long.mp4");
  await writeFile(path, "\0\0\0\x18ftypmp42\0\0\0\0");
  await truncate(path, 3 * 2 ** 30);
  const io = { stdin: () => Readable.from([]), signal: new AbortController().signal };
  await expect(readImage(path, io)).rejects.toThrow(
    /expected a JPEG or PNG image, got a video \(MP4\)\. Run mkdir/,
  );
});

test("a glob gives paths from its first wildcard on, absolute or not", async () => {
  const folder = await temporaryFolder();
  await write(folder, { "in/a/1.png": "", "in/b/1.png": "", "in/b/2.jpg": "" });
  expect(await found([`${folder}/in/*/1.png`])).toEqual([
    [join(folder, "in/a/1.png"), "a/1.png"],
    [join(folder, "in/b/1.png"), "b/1.png"],
  ]);
  const here = relative(process.cwd(), folder);
  expect(await found([`${here}/in/b/{1,2}.{png,jpg}`])).toEqual([
    [join(here, "in/b/1.png"), "1.png"],
    [join(here, "in/b/2.jpg"), "2.jpg"],
  ]);
});

test("a file by itself is taken as it is, even where it is missing or its name looks like a glob", async () => {
  const folder = await temporaryFolder();
  await write(folder, { "photo[1].jpg": "", "photo1.jpg": "" });
  const odd = join(folder, "photo[1].jpg");
  expect(await found([odd, "missing (1).jpg", "../missing.jpg"])).toEqual([
    [odd, "photo[1].jpg"],
    ["missing (1).jpg", "missing (1).jpg"],
    ["../missing.jpg", "missing.jpg"],
  ]);
});

test("each image comes once, however often it is named", async () => {
  const folder = await temporaryFolder();
  await write(folder, { "a.png": "", "b.png": "" });
  const second = join(folder, "b.png");
  const images = await found([second, folder, `${folder}/*.png`, `${folder}/./b.png`]);
  expect(images.map(([path]) => path)).toEqual([second, join(folder, "a.png")]);
});

test("earlier results are no images to look at, unless they are asked for", async () => {
  const folder = await temporaryFolder();
  await write(folder, { "a.png": "", "centernet-out/a.png": "" });
  const out = join(folder, "centernet-out");
  expect((await found([folder], out)).map(([path]) => path)).toEqual([join(folder, "a.png")]);
  expect((await found([`${folder}/**/*.png`], out)).map(([path]) => path)).toEqual([join(folder, "a.png")]);
  expect((await found([out], out)).map(([path]) => path)).toEqual([join(out, "a.png")]);
  expect((await found([join(out, "a.png")], out)).map(([path]) => path)).toEqual([join(out, "a.png")]);
});

test("what names nothing is refused by name", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "empty"));
  await expect(findImages([join(folder, "empty")], ["out"])).rejects.toThrow(
    /empty: expected images .*got none/,
  );
  await expect(findImages([`${folder}/*.png`], ["out"])).rejects.toThrow(
    /\*\.png: expected files that match/,
  );
});
