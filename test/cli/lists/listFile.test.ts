import { execFileSync } from "node:child_process";
import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { digestOf, ListFile } from "../../../src/cli/lists/listFile.ts";
import { openList } from "../../../src/cli/lists/openList.ts";
import { temporaryFolder } from "../support/folders.ts";

const { signal } = new AbortController();

async function opened(content: string | Uint8Array): Promise<ListFile> {
  const path = join(await temporaryFolder(), "list");
  await writeFile(path, content);
  const list = ListFile.open(path, signal);
  onTestFinished(() => list.close());
  return list;
}

function paths(list: ListFile): string[] {
  return Array.from(list, ({ path }) => path);
}

test("names are lines as they are, with any ends of lines", async () => {
  const list = await opened("\ufeffa.jpg\r\n\n*.png\n\r\nb c/\u00e9.jpg \nhttp://x.org/d.jpg\n-\nlast.jpg");
  const names = ["a.jpg", "*.png", "b c/\u00e9.jpg ", "http://x.org/d.jpg", "./-", "last.jpg"];
  expect([list.length, paths(list), paths(list)]).toEqual([6, names, names]);
});

test("outputs are called by the whole path, without what leads out of a folder", async () => {
  const list = await opened("a/x.jpg\n/b/x.jpg\n../x.jpg\n./c/./x.jpg\nhttps://h.org/p/x.jpg?y\n");
  expect(Array.from(list, ({ relativePath }) => relativePath)).toEqual([
    "a/x.jpg",
    "b/x.jpg",
    "x.jpg",
    "c/x.jpg",
    "x.jpg",
  ]);
});

test("the digest is that of the names, whatever ends their lines", async () => {
  const list = await opened("a.jpg\r\nb.jpg");
  const other = await opened("a.jpg\n\nb.jpg\n");
  expect(list.digest).toBe(other.digest);
  expect(digestOf(list)).toBe(digestOf(["a.jpg", "b.jpg"].map((path) => ({ path, relativePath: path }))));
  expect(list.digest).not.toBe((await opened("b.jpg\na.jpg\n")).digest);
});

test.skipIf(process.platform !== "linux")("names need not be UTF-8", async () => {
  const list = await opened(Uint8Array.of(0xff, 0x2e, 0x70, 0x0a, 0xe9, 0x0a));
  expect(paths(list)).toEqual(["\udcff.p", "\udce9"]);
});

test("lines that lie across the parts in which a list is read are whole", async () => {
  const names = Array.from({ length: 5000 }, (_, i) => `${"folder/".repeat(i % 40)}${i}.jpg`);
  const list = await opened(names.join("\n"));
  expect(paths(list)).toEqual(names);
});

test("a name that stands twice is refused with both lines", async () => {
  const names = Array.from({ length: 9000 }, (_, i) => `${i}.jpg`);
  await expect(opened([...names, "", "77.jpg"].join("\r\n"))).rejects.toThrow(
    /^option --list .*list: expected each image once, got 77\.jpg in the lines 78 and 9002\.$/,
  );
});

test("what is no list is refused by what it is", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "photos"));
  const refused = (path: string) => () => ListFile.open(join(folder, path), signal);
  expect(refused("photos")).toThrow(/expected a text of one path or URL a line, got a folder\./);
  expect(refused("missing")).toThrow(/got no such file or directory\./);
  await expect(opened("\r\n\n")).rejects.toThrow(/expected a path or URL a line, got none\./);
  await expect(opened(Buffer.from("a.jpg\n", "utf16le"))).rejects.toThrow(/got a zero byte in line 1\./);
  await expect(opened(Buffer.from("\ufeffa.jpg\n", "utf16le"))).rejects.toThrow(/got UTF-16 in line 1\./);
  await expect(opened("a.jpg\0b.jpg\0")).rejects.toThrow(/got a zero byte in line 1\./);
  await expect(opened("a.jpg\n".concat("x".repeat(100_000)))).rejects.toThrow(
    /a line of more than .* line 2\./,
  );
});

test("a list that changes while it is used is refused", async () => {
  const path = join(await temporaryFolder(), "list");
  await writeFile(path, "a.jpg\nb.jpg\n");
  for (const change of [() => appendFile(path, "c.jpg\n"), () => writeFile(path, "a.jpg\nc.jpg\n")]) {
    const list = ListFile.open(path, signal);
    expect(paths(list)).toHaveLength(list.length);
    await change();
    expect(() => paths(list)).toThrow(/expected a list that stays as it is during the run, got one that has/);
    list.close();
  }
});

test("standard input is kept in a file that is gone at once", async () => {
  const stdin = () => Readable.from([Buffer.from("a.jpg\nb."), Buffer.from("jpg\n")]);
  const list = await openList("-", { stdin, signal });
  expect([paths(list), paths(list)]).toEqual([
    ["a.jpg", "b.jpg"],
    ["a.jpg", "b.jpg"],
  ]);
  list.close();
  const left = execFileSync("ls", [tmpdir()])
    .toString()
    .match(/centernet-list-/g);
  expect(left).toBeNull();
});
