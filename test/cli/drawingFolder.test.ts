import { chmod, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DrawingFolder } from "../../src/cli/detect/drawingFolder.ts";
import { temporaryFolder, write } from "./support/folders.ts";

const BYTES = Uint8Array.of(1, 2, 3);

test("drawings are written whole, below the folder, over older ones", async () => {
  const folder = await temporaryFolder();
  const image = { path: "photos/a/x.png", relativePath: "a/x.png" };
  const out = join(folder, "new/out");
  for (const bytes of [Uint8Array.of(9, 9, 9, 9), BYTES]) {
    const drawings = await DrawingFolder.open(out);
    await drawings.write(image, bytes);
    expect(drawings.written).toEqual({ count: 1, first: join(out, "a/x.png") });
  }
  expect([...(await readFile(join(out, "a/x.png")))]).toEqual([1, 2, 3]);
  expect(await readdir(join(out, "a"))).toEqual(["x.png"]);
});

test("a drawing that got another name is told", async () => {
  const images = ["a/x.png", "b/x.png"].map((path) => ({ path, relativePath: "x.png" }));
  const out = await temporaryFolder();
  const drawings = await DrawingFolder.open(out);
  for (const image of images) await drawings.write(image, BYTES);
  expect(drawings.renamed).toEqual({ count: 1, first: [{ image: images[1], path: join(out, "x-2.png") }] });
});

test("a link within the folder is not followed out of it", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "out"));
  await mkdir(join(folder, "elsewhere"));
  await symlink(join(folder, "elsewhere"), join(folder, "out/a"));
  await writeFile(join(folder, "elsewhere/y.png"), "older");
  await symlink(join(folder, "elsewhere/y.png"), join(folder, "out/y.png"));
  const images = ["a/b/x.png", "y.png"].map((relativePath) => ({ path: relativePath, relativePath }));
  const drawings = await DrawingFolder.open(join(folder, "out"));
  await expect(drawings.write(images[0], BYTES)).rejects.toThrow(/expected a folder below .*got a link to/);
  await drawings.write(images[1], BYTES);
  expect(await readdir(join(folder, "elsewhere"))).toEqual(["y.png"]);
  expect(await readFile(join(folder, "elsewhere/y.png"), "utf8")).toBe("older");
});

test("a folder that cannot be written to is refused at once", async () => {
  const folder = await temporaryFolder();
  await write(folder, { file: "" });
  for (const out of ["file", "file/below"]) {
    await expect(DrawingFolder.open(join(folder, out))).rejects.toThrow(
      /expected a folder to write to, got .*Choose another folder with --out\./,
    );
  }
});

test("so is a read-only one", async () => {
  const folder = await temporaryFolder();
  await chmod(folder, 0o555);
  // Nothing is forbidden to root, so that root has to be somebody else for a while.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    await expect(DrawingFolder.open(folder)).rejects.toThrow(/got permission denied/);
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
});

test("a drawing that cannot be written leaves nothing behind", async () => {
  const out = await temporaryFolder();
  await mkdir(join(out, "x.png/in-the-way"), { recursive: true });
  const image = { path: "x.png", relativePath: "x.png" };
  const drawings = await DrawingFolder.open(out);
  await expect(drawings.write(image, BYTES)).rejects.toThrow(/x\.png: expected to write this file, got/);
  expect(await readdir(out)).toEqual(["x.png"]);
});
