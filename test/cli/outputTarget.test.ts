import { execFile } from "node:child_process";
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { openLineFile } from "../../src/cli/files/lineFile.ts";
import { makeFolders, outputTarget } from "../../src/cli/files/outputTarget.ts";
import { writeOutput } from "../../src/cli/files/writeAtomically.ts";
import { JSON_ARRAY } from "../../src/formats/jsonFrame.ts";
import { temporaryFolder, write } from "./support/folders.ts";

const run = promisify(execFile);

async function writeLines(path: string, lines: readonly string[]): Promise<void> {
  const file = await openLineFile(await outputTarget(path, "here"), "here");
  for (const line of lines) await file.add(line);
  await file.finish();
}

test("a symbolic link stays one, and what it leads to is replaced", async () => {
  const folder = await temporaryFolder();
  await write(folder, { "real/old.jsonl": "older\n" });
  await chmod(join(folder, "real/old.jsonl"), 0o600);
  for (const name of ["old", "new"]) {
    const [link, real] = [join(folder, `${name}-link`), join(folder, `real/${name}.jsonl`)];
    await symlink(`real/${name}.jsonl`, link);
    await writeLines(link, ["1", "2"]);
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await readFile(real, "utf8")).toBe("1\n2\n");
    await writeOutput(link, Uint8Array.of(51), "here");
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await readFile(real, "utf8")).toBe("3");
  }
  expect(await readdir(join(folder, "real"))).toEqual(["new.jsonl", "old.jsonl"]);
});

test("a file that is replaced keeps its permissions", async () => {
  const file = join(await temporaryFolder(), "x.jsonl");
  await writeFile(file, "older");
  await chmod(file, 0o600);
  await writeLines(file, ["1"]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test.skipIf(process.platform === "win32")("a pipe is written to and stays one", async () => {
  const pipe = join(await temporaryFolder(), "pipe");
  await run("mkfifo", [pipe]);
  for (const writeAll of [
    () => writeLines(pipe, ["1", "2"]),
    () => writeOutput(pipe, Buffer.from("1\n2\n"), "here"),
  ]) {
    const [{ stdout }] = await Promise.all([run("cat", [pipe]), writeAll()]);
    expect(stdout).toBe("1\n2\n");
    expect((await stat(pipe)).isFIFO()).toBe(true);
  }
});

test("folders are made on the way to a file", async () => {
  const file = join(await temporaryFolder(), "a/b/x.jsonl");
  await writeLines(file, ["1"]);
  expect(await readFile(file, "utf8")).toBe("1\n");
});

test("lines are in the file as soon as they are added; without any, an older file stays", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "x.jsonl");
  await writeFile(path, "older");
  const file = await openLineFile(await outputTarget(path, "here"), "here");
  const draft = `x.jsonl.unfinished-${process.pid}`;
  expect(await readdir(folder)).toEqual(["x.jsonl", draft]);
  await file.add("1");
  expect(await readFile(join(folder, draft), "utf8")).toBe("1\n");
  expect(await readFile(path, "utf8")).toBe("older");
  await file.finish();
  expect(await readdir(folder)).toEqual(["x.jsonl"]);
  expect(await readFile(path, "utf8")).toBe("1\n");

  await writeLines(path, []);
  expect(await readdir(folder)).toEqual(["x.jsonl"]);
  expect(await readFile(path, "utf8")).toBe("1\n");
});

test("what cannot be written to is refused", async () => {
  const folder = await temporaryFolder();
  await write(folder, { file: "" });
  await mkdir(join(folder, "folder"));
  await symlink(join(folder, "circle"), join(folder, "circle"));
  for (const [name, got] of [
    ["folder", "a folder"],
    ["file/x", "not a directory"],
    ["circle", "too many symbolic links encountered"],
  ]) {
    await expect(outputTarget(join(folder, name), "here")).rejects.toThrow(
      `here: expected a file that can be written, got ${got}.`,
    );
  }
});

test("a folder that cannot be made is an error, not an endless try", async () => {
  const folder = await temporaryFolder();
  await write(folder, { file: "" });
  await symlink("nowhere", join(folder, "broken"));
  await expect(makeFolders(join(folder, "file"))).rejects.toThrow("a file at");
  await expect(makeFolders(join(folder, "broken/x"))).rejects.toThrow("EEXIST");
  await makeFolders(join(folder, "a/b/c"));
  await makeFolders(join(folder, "a/b/c"));
  expect((await stat(join(folder, "a/b/c"))).isDirectory()).toBe(true);
});

test("a JSON array is whole after every addition, and stands under its name only at the end", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "x.json");
  const file = await openLineFile(await outputTarget(path, "here"), "here", JSON_ARRAY);
  const draft = async () => JSON.parse(await readFile(`${path}.unfinished-${process.pid}`, "utf8"));
  await file.add();
  expect(await draft()).toEqual([]);
  await file.add("1", '"ä"');
  expect(await draft()).toEqual([1, "ä"]);
  await file.add();
  await file.add("3");
  expect(await draft()).toEqual([1, "ä", 3]);
  await file.finish();
  expect(await readFile(path, "utf8")).toBe('[\n1,\n"ä",\n3\n]\n');
  expect(await readdir(folder)).toEqual(["x.json"]);
});

test("an array cannot go to a device, whose end could not be replaced", async () => {
  const target = await outputTarget("/dev/null", "here");
  await expect(openLineFile(target, "here", JSON_ARRAY)).rejects.toThrow(
    "here: expected a file that can be written",
  );
});
