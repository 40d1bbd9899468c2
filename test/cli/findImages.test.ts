import { mkdir, symlink } from "node:fs/promises";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { findImages } from "../../src/cli/files/findImages.ts";
import { temporaryFolder, write } from "./support/folders.ts";

async function found(inputs: readonly string[], out = "no-such-folder"): Promise<string[][]> {
  return (await findImages(inputs, [out])).map(({ path, relativePath }) => [path, relativePath]);
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
