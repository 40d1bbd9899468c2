import { execFileSync, spawnSync } from "node:child_process";
import { mkdir, open, readdir, rename, symlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { UsageError } from "../../../src/errors.ts";
import { temporaryFolder } from "../support/folders.ts";
import { makeArchive } from "./support/archive.ts";
import { file, serve } from "./support/archiveServer.ts";
import { cacheFolder, NO_RETRY, WHOLE } from "./support/cacheFolder.ts";

const ARCHIVE = makeArchive();
const HALF = ARCHIVE.length >> 1;

/** Lets files take so many bytes a write, and none after so many in all. */
async function limitDisk(mostAWrite: number, room: number): Promise<{ restore(): void }> {
  const handle = await open(process.execPath, "r");
  const prototype = Object.getPrototypeOf(handle);
  await handle.close();
  const write = prototype.write;
  let left = room;
  const spy = vi.spyOn(prototype, "write").mockImplementation(async function (this: unknown, ...args) {
    const [buffer, offset = 0] = args as [Uint8Array, number?];
    if (left === 0)
      throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    const length = Math.min(left, mostAWrite, buffer.length - offset);
    left -= length;
    return write.call(this, buffer, offset, length);
  });
  onTestFinished(() => spy.mockRestore());
  return { restore: () => spy.mockRestore() };
}

test("a disk that takes less than it is given is given the rest", async () => {
  const { pull, holds } = await cacheFolder();
  const { url } = await serve(file(ARCHIVE));
  await limitDisk(1000, ARCHIVE.length);
  await pull(url);
  expect(await holds(ARCHIVE)).toBe(true);
});

for (const room of [0, 1, HALF, ARCHIVE.length - 1]) {
  test(`a disk that is full after ${room} bytes is told, and the next pull goes on there`, async () => {
    const { pull, holds, files } = await cacheFolder();
    const { url, requests } = await serve(file(ARCHIVE));
    const disk = await limitDisk(ARCHIVE.length, room);
    const error = await pull(url).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toMatch(
      /data: expected room to write, got no space left on device\. Make room and pull/,
    );
    expect(await files()).toHaveLength(room === 0 ? 0 : 1);
    expect(await files()).not.toContain(WHOLE[0]);
    disk.restore();
    await pull(url);
    expect(await holds(ARCHIVE)).toBe(true);
    expect(await files()).toEqual(WHOLE);
    expect(requests.map(({ range }) => range)).toEqual([
      undefined,
      room === 0 ? undefined : `bytes=${room}-`,
    ]);
  });
}

/** Root alone may, and not everywhere. */
function mountSmallDisk(folder: string): boolean {
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=32k", "tmpfs", folder]).status === 0;
  if (mounted) onTestFinished(() => void execFileSync("umount", [folder]));
  return mounted;
}

test("a disk that is really too small", async ({ skip }) => {
  const folder = await temporaryFolder();
  if (!mountSmallDisk(folder)) skip("no disk can be mounted here");
  const { pull, files } = await cacheFolder(folder);
  const { url } = await serve(file(ARCHIVE));
  await expect(pull(url)).rejects.toThrow(/expected room to write, got no space left on device/);
  expect(await files()).not.toContain(WHOLE[0]);
});

test.each([
  ["is a file", (path: string) => writeFile(path, "")],
  [
    "lies below a file",
    (path: string) => writeFile(join(path, ".."), "").catch(() => symlink("/dev/null/x", path)),
  ],
])("a cache folder that %s is told", async (_, make) => {
  const folder = join(await temporaryFolder(), "cache");
  await make(folder);
  const { pull } = await cacheFolder(folder);
  const { url } = await serve(file(ARCHIVE));
  const error = await pull(url).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UsageError);
  expect(String(error)).toMatch(/cache: expected a folder to download to, got/);
});

test("a folder in the archive's place is told, and what came is kept for when it is gone", async () => {
  const { pull, path, holds } = await cacheFolder();
  const { url, requests } = await serve(file(ARCHIVE));
  await mkdir(path);
  await expect(pull(url)).rejects.toThrow(/model\.tar\.gz: expected to write this file, got /);
  await rename(path, `${path}.gone`);
  await pull(url);
  expect(await holds(ARCHIVE)).toBe(true);
  expect(requests).toHaveLength(1);
});

test("two pulls at once do not meet", async () => {
  const { pull, holds, files } = await cacheFolder();
  const { url } = await serve(file(ARCHIVE));
  await Promise.all([pull(url), pull(url), pull(url)]);
  expect(await holds(ARCHIVE)).toBe(true);
  expect(await files()).toEqual(WHOLE);
});

test("while one pull runs, another does not go on with its part", async () => {
  const { pull, holds, files } = await cacheFolder();
  const { url, requests } = await serve(file(ARCHIVE, { silentAt: HALF }), file(ARCHIVE));
  const stop = new AbortController();
  let atHalf = () => {};
  const half = new Promise<void>((resolve) => {
    atHalf = resolve;
  });
  const onProgress = (received: number) => received === HALF && atHalf();
  const first = pull(url, { signal: stop.signal, onProgress }).catch((reason: unknown) => reason);
  await half;
  await pull(url);
  expect(await holds(ARCHIVE)).toBe(true);
  expect(await files()).toHaveLength(2);
  expect(requests[1].range).toBeUndefined();
  stop.abort("enough");
  expect(await first).toBe("enough");
});

async function partIn(cache: string): Promise<string> {
  return (await readdir(cache)).find((name) => name.endsWith(".part")) ?? "no part";
}

const HOST = hostname().replace(/[^\w.-]/g, "_");
/** Of a process that has ended. */
const ENDED = spawnSync(process.execPath, ["--version"]).pid;

test.each([
  ["a process that was killed is taken over", `${HOST}.${ENDED}`, true],
  ["a process that is running is left alone", `${HOST}.${process.ppid}`, false],
  ["another machine, where nobody knows, is left alone", `elsewhere.${ENDED}`, false],
])("the part of %s", async (_, owner, isTaken) => {
  const { pull, cache, holds, files } = await cacheFolder();
  const { url, requests } = await serve(file(ARCHIVE, { cutAt: HALF }), file(ARCHIVE));
  await expect(pull(url, { patience: NO_RETRY })).rejects.toThrow();
  const given = `${WHOLE[0]}.${owner}.0a.part`;
  await rename(join(cache, await partIn(cache)), join(cache, given));
  await pull(url);
  expect(await holds(ARCHIVE)).toBe(true);
  expect(await files()).toEqual(isTaken ? WHOLE : [...WHOLE, given]);
  expect(requests[1].range).toBe(isTaken ? `bytes=${HALF}-` : undefined);
});

test.each(["", "{", "null", "[]", '{"url":1}', "\u0000"])(
  "a part that says %j of itself is none",
  async (text) => {
    const { pull, cache, holds, files } = await cacheFolder();
    const { url, requests } = await serve(file(ARCHIVE, { cutAt: HALF }), file(ARCHIVE));
    await expect(pull(url, { patience: NO_RETRY })).rejects.toThrow();
    const [part] = await files();
    await writeFile(join(cache, part, "version.json"), text);
    await pull(url);
    expect(await holds(ARCHIVE)).toBe(true);
    expect(await files()).toEqual(WHOLE);
    expect(requests[1].range).toBeUndefined();
  },
);

test("of several beginnings the longest is gone on with, and none stays", async () => {
  const { pull, cache, holds, files } = await cacheFolder();
  const cuts = [10_000, 40_000, 20_000];
  const { url, requests } = await serve(...cuts.map((cutAt) => file(ARCHIVE, { cutAt })), file(ARCHIVE));
  for (const cut of cuts) {
    await expect(pull(url, { patience: NO_RETRY })).rejects.toThrow();
    // Out of the next one's sight.
    await rename(join(cache, await partIn(cache)), join(cache, `${cut}`));
  }
  for (const cut of cuts) {
    await rename(join(cache, `${cut}`), join(cache, `${WHOLE[0]}.${HOST}.${ENDED}.${cut}.part`));
  }
  await pull(url);
  expect(await holds(ARCHIVE)).toBe(true);
  expect(await files()).toEqual(WHOLE);
  expect(requests.at(-1)?.range).toBe("bytes=40000-");
});
