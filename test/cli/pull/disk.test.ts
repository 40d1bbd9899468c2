import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import { mkdir, rename, symlink, writeFile } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { UsageError } from "../../../src/errors.ts";
import { temporaryFolder } from "../support/folders.ts";
import { makeArchive } from "./support/archive.ts";
import { file, serve } from "./support/archiveServer.ts";
import { cacheFolder, WHOLE } from "./support/cacheFolder.ts";

const ARCHIVE = makeArchive();
const HALF = ARCHIVE.length >> 1;

/** A disk that takes at most so many bytes per write, and in all as many as it has room for. */
function limitDisk(maxPerWrite: number, room: number): { restore(): void } {
  const { writeSync } = fs;
  let left = room;
  const limited = (file: number, buffer: Uint8Array, offset = 0) => {
    if (left === 0) {
      throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    }
    const written = writeSync(file, buffer, offset, Math.min(left, maxPerWrite, buffer.length - offset));
    left -= written;
    return written;
  };
  const replace = (value: unknown) => {
    Object.assign(fs, { writeSync: value });
    syncBuiltinESMExports();
  };
  replace(limited);
  const restore = () => replace(writeSync);
  onTestFinished(restore);
  return { restore };
}

test("partial writes are completed", async () => {
  const { pull, holds } = await cacheFolder();
  const { url } = await serve(file(ARCHIVE));
  limitDisk(1000, ARCHIVE.length);
  await pull(url);
  expect(await holds(ARCHIVE)).toBe(true);
});

for (const room of [0, 1, HALF, ARCHIVE.length - 1]) {
  test(`a disk full after ${room} bytes is reported, and the next pull continues there`, async () => {
    const { pull, holds, files } = await cacheFolder();
    const { url, requests } = await serve(file(ARCHIVE));
    const disk = limitDisk(ARCHIVE.length, room);
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

/** Only root can, and not everywhere. */
function mountSmallDisk(folder: string): boolean {
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=32k", "tmpfs", folder]).status === 0;
  if (mounted) onTestFinished(() => void execFileSync("umount", [folder]));
  return mounted;
}

test("a real disk that is too small", async ({ skip }) => {
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
])("a cache folder that %s is reported", async (_, make) => {
  const folder = join(await temporaryFolder(), "cache");
  await make(folder);
  const { pull } = await cacheFolder(folder);
  const { url } = await serve(file(ARCHIVE));
  const error = await pull(url).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UsageError);
  expect(String(error)).toMatch(/cache: expected a folder to download to, got/);
});

test("a folder in the archive's place is reported and what was received is kept", async () => {
  const { pull, path, holds } = await cacheFolder();
  const { url, requests } = await serve(file(ARCHIVE));
  await mkdir(path);
  await expect(pull(url)).rejects.toThrow(/model\.tar\.gz: expected to write this file, got /);
  await rename(path, `${path}.gone`);
  await pull(url);
  expect(await holds(ARCHIVE)).toBe(true);
  expect(requests).toHaveLength(1);
});
