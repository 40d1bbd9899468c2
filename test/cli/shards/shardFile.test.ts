import { existsSync } from "node:fs";
import { appendFile, readdir, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { EXIT, exitCodeOf } from "../../../src/cli/failures.ts";
import { finishedShard } from "../../../src/cli/shards/finishedShard.ts";
import { FOLDER_FILES, type FolderFiles } from "../../../src/cli/shards/folderFiles.ts";
import { ShardFile } from "../../../src/cli/shards/shardFile.ts";
import { canRenameBeside, removeUnfinished } from "../../../src/cli/shards/unfinishedFiles.ts";
import { temporaryFolder } from "../support/folders.ts";
import { fill, lineOf, makeHeader, pathOf, rewrite, writeShards } from "./support/shards.ts";

const IMAGES = 9;
const HEADER = makeHeader(IMAGES, 1, 2);

/** The bytes of the shard that `HEADER` begins, written in one go. */
async function expectedBytes(): Promise<Buffer> {
  const folder = await temporaryFolder();
  await writeShards(folder, IMAGES, 2);
  return readFile(pathOf(folder, 1, 2));
}

function refuse(code: string): never {
  throw Object.assign(new Error(`${code}: refused, somewhere`), { code });
}

/** A mounted object store: no renaming, nothing is there before it is closed, and what is there stays. */
const OBJECT_STORE: FolderFiles = {
  ...FOLDER_FILES,
  async create(path) {
    if (existsSync(path)) refuse("EEXIST");
    const parts: Uint8Array[] = [];
    return {
      write: async (bytes) => void parts.push(Uint8Array.from(bytes)),
      close: () => writeFile(path, Buffer.concat(parts), { flag: "wx" }),
    };
  },
  rename: async () => refuse("ENOSYS"),
  remove: async () => refuse("EPERM"),
};

/** A disk with room for so many bytes. */
function smallDisk(room: number): FolderFiles {
  let left = room;
  return {
    ...FOLDER_FILES,
    async create(path) {
      const file = await FOLDER_FILES.create(path);
      return {
        async write(bytes) {
          await file.write(bytes.subarray(0, left));
          left -= bytes.length;
          if (left < 0) refuse("ENOSPC");
        },
        close: () => file.close(),
      };
    },
  };
}

test("a shard has its name once it is whole, and nothing else is left", async () => {
  const folder = await temporaryFolder();
  const file = await ShardFile.start(folder, HEADER, { rename: true });
  await fill(file, HEADER);
  expect(existsSync(file.path)).toBe(false);
  expect(await file.finish()).toBe(true);
  expect(await readdir(folder)).toEqual([basename(file.path)]);
  expect(await readFile(file.path)).toEqual(await expectedBytes());
});

test("what a run did that was ended is done by none again, cut anywhere", async () => {
  const whole = await expectedBytes();
  const headerEnd = whole.indexOf("\n") + 1;
  for (let length = 0; length < whole.length; length += 29) {
    const folder = await temporaryFolder();
    const path = pathOf(folder, 1, 2);
    await rewrite(`${path}.unfinished-elsewhere-1-ab`, whole.subarray(0, length));
    const file = await ShardFile.start(folder, HEADER, { rename: true });
    const lines = whole.subarray(headerEnd, length).toString().split("\n").length - 1;
    if (length >= headerEnd) expect(file.images).toBe(Math.min(lines, 5));
    await fill(file, HEADER);
    expect(await file.finish()).toBe(true);
    expect(await readFile(path)).toEqual(whole);
    expect(await readdir(folder)).toEqual([basename(path)]);
  }
});

test("the longest of several unfinished files counts, and those of another run do not", async () => {
  const folder = await temporaryFolder();
  const path = pathOf(folder, 1, 2);
  const lines = (await expectedBytes()).toString().split("\n");
  const other = lines[0].replace('"score":0.2', '"score":0.3');
  await rewrite(`${path}.unfinished-a-1-ab`, lines.slice(0, 2).join("\n").concat("\n"));
  await rewrite(`${path}.unfinished-b-1-ab`, lines.slice(0, 4).join("\n").concat("\n{"));
  await rewrite(`${path}.unfinished-c-1-ab`, [other, ...lines.slice(1, 6), ""].join("\n"));
  const file = await ShardFile.start(folder, HEADER, { rename: true });
  expect(file.images).toBe(3);
  await file.finish();
});

test("a failed image counts as such when its line is taken over", async () => {
  const header = makeHeader(IMAGES, 1, 3);
  const folder = await temporaryFolder();
  const first = await ShardFile.start(folder, header, { rename: true });
  await fill(first, header, 2);
  await first.finish();
  const second = await ShardFile.start(folder, header, { rename: true });
  expect([second.images, second.failed]).toEqual([2, 1]);
  await fill(second, header);
  await second.finish();
  expect(finishedShard(second.path, () => {})).toMatchObject({ images: 3, failed: 1 });
});

test("two runs of one shard at once leave a right file", async () => {
  const whole = await expectedBytes();
  for (const turns of ["ababab", "abbbba", "aabbab"]) {
    const folder = await temporaryFolder();
    const [a, b] = [
      await ShardFile.start(folder, HEADER, { rename: true }),
      await ShardFile.start(folder, HEADER, { rename: true }),
    ];
    for (const turn of turns) {
      const file = turn === "a" ? a : b;
      await fill(file, HEADER, file.images + 2);
    }
    for (const file of [a, b]) {
      await fill(file, HEADER);
      expect(await file.finish()).toBe(true);
      expect(await readFile(file.path)).toEqual(whole);
    }
    expect(await readdir(folder)).toEqual([basename(a.path)]);
  }
});

test("a run whose file another one has removed finds the shard finished", async () => {
  const folder = await temporaryFolder();
  const file = await ShardFile.start(folder, HEADER, { rename: true });
  await fill(file, HEADER);
  const gone: FolderFiles = { ...FOLDER_FILES, rename: async () => refuse("ENOENT") };
  const late = await ShardFile.start(folder, HEADER, { rename: true, files: gone });
  await fill(late, HEADER);
  expect(await file.finish()).toBe(true);
  expect(await late.finish()).toBe(true);
  expect(await readFile(file.path)).toEqual(await expectedBytes());
});

test("what a run leaves that is ended after another has finished its shard is removed", async () => {
  const folder = await temporaryFolder();
  await writeShards(folder, IMAGES, 2);
  const path = pathOf(folder, 1, 2);
  await rewrite(`${path}.unfinished-elsewhere-1-ab`, "");
  await rewrite(`${pathOf(folder, 2, 2)}.unfinished-elsewhere-1-ab`, "");
  await removeUnfinished(path);
  expect((await readdir(folder)).filter((name) => name.includes(".unfinished-"))).toEqual([
    `${basename(pathOf(folder, 2, 2))}.unfinished-elsewhere-1-ab`,
  ]);
});

test("an unfinished file that goes away while it is taken over is not missed", async () => {
  const folder = await temporaryFolder();
  const path = pathOf(folder, 1, 2);
  const lines = (await expectedBytes()).toString().split("\n");
  await rewrite(`${path}.unfinished-a-1-ab`, lines.slice(0, 4).join("\n").concat("\n"));
  await rewrite(`${path}.unfinished-b-1-ab`, lines.slice(0, 2).join("\n").concat("\n"));
  let made = 0;
  const files: FolderFiles = {
    ...FOLDER_FILES,
    async create(draft) {
      // As another process does that has finished the shard.
      if (made++ === 0) await FOLDER_FILES.remove(`${path}.unfinished-a-1-ab`);
      return FOLDER_FILES.create(draft);
    },
  };
  const file = await ShardFile.start(folder, HEADER, { rename: true, files });
  expect([file.images, made]).toEqual([1, 2]);
  await fill(file, HEADER);
  await file.finish();
  expect(await readFile(path)).toEqual(await expectedBytes());
  expect(await readdir(folder)).toEqual([basename(path)]);
});

test("a living process's file is not removed", async () => {
  const folder = await temporaryFolder();
  const host = hostname()
    .replace(/[^\w.]/g, "_")
    .slice(0, 64);
  // The parent process.
  const living = `${pathOf(folder, 1, 2)}.unfinished-${host}-${process.ppid}-ab`;
  await rewrite(living, "");
  const file = await ShardFile.start(folder, HEADER, { rename: true });
  await fill(file, HEADER);
  await file.finish();
  expect(await readdir(folder)).toEqual([basename(file.path), basename(living)]);
});

test("a mounted object store gets the whole file at once, and what a run did that was ended", async () => {
  const folder = await temporaryFolder();
  expect(await canRenameBeside(pathOf(folder, 1, 2), OBJECT_STORE)).toBe(false);
  const start = () => ShardFile.start(folder, HEADER, { rename: false, files: OBJECT_STORE });
  const first = await start();
  await fill(first, HEADER, 2);
  expect(await first.finish()).toBe(false);
  // The first is what showed that nothing can be renamed, and cannot be removed either.
  expect((await readdir(folder)).filter((name) => name.includes(".unfinished-"))).toHaveLength(2);
  const [second, third] = [await start(), await start()];
  for (const file of [second, third]) {
    expect(file.images).toBe(2);
    await fill(file, HEADER);
    expect(existsSync(file.path)).toBe(file === third);
    expect(await file.finish()).toBe(true);
    expect(await readFile(file.path)).toEqual(await expectedBytes());
  }
});

test("a folder in which files can be renamed is known as such, and is left empty", async () => {
  const folder = await temporaryFolder();
  expect(await canRenameBeside(pathOf(folder, 1, 2))).toBe(true);
  expect(await readdir(folder)).toEqual([]);
});

test("a full disk leaves nothing under the final name, and the next run goes on", async () => {
  const whole = await expectedBytes();
  for (let room = 0; room < whole.length; room += 37) {
    const folder = await temporaryFolder();
    const path = pathOf(folder, 1, 2);
    const failure = await (async () => {
      const file = await ShardFile.start(folder, HEADER, { rename: true, files: smallDisk(room) });
      try {
        await fill(file, HEADER);
      } finally {
        await file.finish();
      }
    })().catch((error: unknown) => error);
    expect(String(failure)).toMatch(/jsonl: expected to write this file, got refused\. What is done is kept/);
    expect(exitCodeOf(failure)).toBe(EXIT.writing);
    expect(existsSync(path)).toBe(false);
    const next = await ShardFile.start(folder, HEADER, { rename: true });
    await fill(next, HEADER);
    expect(await next.finish()).toBe(true);
    expect(await readFile(path)).toEqual(whole);
  }
});

test("a torn file of the final name, as a copy leaves it that was ended, is completed", async () => {
  const folder = await temporaryFolder();
  const path = pathOf(folder, 1, 2);
  const whole = await expectedBytes();
  for (const rename of [true, false]) {
    await rewrite(path, whole.subarray(0, whole.length - 40));
    expect(finishedShard(path, () => {})).toBeUndefined();
    const file = await ShardFile.start(folder, HEADER, { rename });
    expect(file.images).toBe(5);
    expect(await file.finish()).toBe(true);
    expect(await readFile(path)).toEqual(whole);
  }
  await appendFile(path, lineOf(0));
  expect(finishedShard(path, () => {})).toBeUndefined();
  expect(await readdir(join(folder))).toEqual([basename(path)]);
});
