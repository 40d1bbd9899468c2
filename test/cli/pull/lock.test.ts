import { spawnSync } from "node:child_process";
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { UsageError } from "../../../src/errors.ts";
import { makeArchive } from "./support/archive.ts";
import { file, serve } from "./support/archiveServer.ts";
import { cacheFolder, NO_RETRIES, WHOLE } from "./support/cacheFolder.ts";
import { startPull } from "./support/pullProcess.ts";

const ARCHIVE = makeArchive();
const HALF = ARCHIVE.length >> 1;
const HOST = hostname().replace(/[^\w.-]/g, "_");
/** The number of a process that has ended. */
const ENDED = spawnSync(process.execPath, ["--version"]).pid;

/** Resolves once the part of the archive at `path` has half of its bytes. */
function partHasHalf(path: string): Promise<boolean> {
  return vi.waitUntil(
    async () => (await stat(join(`${path}.part`, "data")).catch(() => undefined))?.size === HALF,
    { timeout: 30_000 },
  );
}

test("a killed process's part is continued", async () => {
  const { pull, path, holds, files } = await cacheFolder();
  const { url, requests } = await serve(file(ARCHIVE, { silentAt: HALF }), file(ARCHIVE));
  const killed = startPull(`${url}model.tar.gz`, path);
  await partHasHalf(path);
  killed.kill();
  await killed.ended;
  await pull(url);
  expect(await holds(ARCHIVE)).toBe(true);
  expect(await files()).toEqual(WHOLE);
  expect(requests.map(({ range }) => range)).toEqual([undefined, `bytes=${HALF}-`]);
});

test("a second pull is refused while a process runs the first, whose number it states", async () => {
  const { pull, path, files } = await cacheFolder();
  const { url, requests } = await serve(file(ARCHIVE, { silentAt: HALF }));
  const { processId } = startPull(`${url}model.tar.gz`, path);
  await partHasHalf(path);
  const error = await pull(url).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UsageError);
  expect(String(error)).toContain(
    `${path}: expected no other pull of this archive, got one that is running (process ${processId} on ` +
      `${HOST}). Wait for it to end. If there is none, delete ${path}.part.`,
  );
  expect(await files()).toEqual([`${WHOLE[0]}.part`]);
  expect(requests).toHaveLength(1);
});

test("of several processes that start at once, one continues a killed one's part", async () => {
  const { pull, path, holds, files } = await cacheFolder();
  const { url, requests } = await serve(
    file(ARCHIVE, { cutAt: HALF }),
    file(ARCHIVE, { silentAt: HALF + 1 }),
  );
  await expect(pull(url, { retryPolicy: NO_RETRIES })).rejects.toThrow();
  await rename(join(`${path}.part`, "free.lock"), join(`${path}.part`, `${HOST}.${ENDED}.1.lock`));
  const pulls = Array.from({ length: 4 }, () => startPull(`${url}model.tar.gz`, path));
  const running = new Set(pulls);
  for (const pull of pulls) pull.ended.then(() => running.delete(pull));
  await vi.waitUntil(() => running.size === 1, { timeout: 30_000 });
  const [continuing] = running;
  const refused = await Promise.all(pulls.filter((pull) => pull !== continuing).map(({ ended }) => ended));
  for (const { code, stderr } of refused) {
    expect(code).toBe(1);
    expect(stderr).toMatch(/expected no other pull of this archive, got one that is (running|just starting)/);
  }
  await vi.waitUntil(() => requests.length === 2, { timeout: 30_000 });
  expect(requests[1].range).toBe(`bytes=${HALF}-`);
  continuing.kill();
  await continuing.ended;
  expect(requests).toHaveLength(2);
  expect(await holds(ARCHIVE).catch(() => false)).toBe(false);
  expect(await files()).toEqual([`${WHOLE[0]}.part`]);
});

test("of three pulls at once, one succeeds and two are refused", async () => {
  const { pull, holds, files } = await cacheFolder();
  const { url, requests } = await serve(file(ARCHIVE));
  const outcomes = await Promise.allSettled([pull(url), pull(url), pull(url)]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected", "rejected"]);
  expect(await holds(ARCHIVE)).toBe(true);
  expect(await files()).toEqual(WHOLE);
  expect(requests).toHaveLength(1);
});

test.each<[string, string, boolean]>([
  ["a process that has ended is continued", `${HOST}.${ENDED}.1.lock`, true],
  // As in a container that was restarted.
  ["an earlier process with this one's number is continued", `${HOST}.${process.pid}.1.lock`, true],
  ["a running process is not touched", `${HOST}.${process.ppid}.1.lock`, false],
  ["another host that just wrote is not touched", `elsewhere.${ENDED}.1.lock`, false],
])("the part of %s", async (_, lock, isContinued) => {
  const { pull, path, holds, files } = await cacheFolder();
  const { url, requests } = await serve(file(ARCHIVE, { cutAt: HALF }), file(ARCHIVE));
  await expect(pull(url, { retryPolicy: NO_RETRIES })).rejects.toThrow();
  const part = `${path}.part`;
  await rename(join(part, "free.lock"), join(part, lock));
  if (isContinued) {
    await pull(url);
    expect(requests[1].range).toBe(`bytes=${HALF}-`);
  } else {
    await expect(pull(url)).rejects.toThrow(/got one that is running \(process \d+ on .+\)\. Wait/);
    expect((await readdir(part)).sort()).toEqual(["data", lock, "version.json"].sort());
    // What the error says to do.
    await rm(part, { recursive: true });
    await pull(url);
    expect(requests[1].range).toBeUndefined();
  }
  expect(await holds(ARCHIVE)).toBe(true);
  expect(await files()).toEqual(WHOLE);
});

test("the part of another host that has written nothing for a while is continued", async () => {
  const { pull, path, holds, files } = await cacheFolder();
  const { url, requests } = await serve(file(ARCHIVE, { cutAt: HALF }), file(ARCHIVE));
  await expect(pull(url, { retryPolicy: NO_RETRIES })).rejects.toThrow();
  const lock = join(`${path}.part`, `elsewhere.${ENDED}.1.lock`);
  await rename(join(`${path}.part`, "free.lock"), lock);
  const hourAgo = new Date(Date.now() - 3_600_000);
  for (const written of [lock, join(`${path}.part`, "data")]) await utimes(written, hourAgo, hourAgo);
  await pull(url);
  expect(requests[1].range).toBe(`bytes=${HALF}-`);
  expect(await holds(ARCHIVE)).toBe(true);
  expect(await files()).toEqual(WHOLE);
});

test("the part of another user's running process is not touched", async () => {
  const { pull, path } = await cacheFolder();
  await mkdir(`${path}.part`);
  await writeFile(join(`${path}.part`, `${HOST}.${ENDED}.1.lock`), "");
  const kill = vi.spyOn(process, "kill").mockImplementation(() => {
    throw Object.assign(new Error("kill EPERM"), { code: "EPERM" });
  });
  onTestFinished(() => kill.mockRestore());
  await expect(pull("http://127.0.0.1:9/")).rejects.toThrow(`one that is running (process ${ENDED} on `);
});

test("an empty part, left by a pull that was killed while it removed it, is replaced", async () => {
  const { pull, path, holds, files } = await cacheFolder();
  await mkdir(`${path}.part`);
  const { url } = await serve(file(ARCHIVE));
  await pull(url);
  expect(await holds(ARCHIVE)).toBe(true);
  expect(await files()).toEqual(WHOLE);
});

test("a part without a lock is not touched", async () => {
  const { pull, path } = await cacheFolder();
  await mkdir(`${path}.part`);
  await writeFile(join(`${path}.part`, "data"), "other");
  const { url, requests } = await serve(file(ARCHIVE));
  await expect(pull(url)).rejects.toThrow(
    /got one that is just starting or ending\. .* delete .*model\.tar\.gz\.part\.$/,
  );
  expect(requests).toEqual([]);
});

test("a file in the part's place is reported", async () => {
  const { pull, path } = await cacheFolder();
  await writeFile(`${path}.part`, "");
  const { url, requests } = await serve(file(ARCHIVE));
  await expect(pull(url)).rejects.toThrow(/\.part: expected a folder to download to, got not a directory/);
  expect(requests).toEqual([]);
});

test.each(["", "{", "null", "[]", '{"url":1}', "\u0000"])(
  "a part with the version %j is not continued",
  async (text) => {
    const { pull, path, holds, files } = await cacheFolder();
    const { url, requests } = await serve(file(ARCHIVE, { cutAt: HALF }), file(ARCHIVE));
    await expect(pull(url, { retryPolicy: NO_RETRIES })).rejects.toThrow();
    await writeFile(join(`${path}.part`, "version.json"), text);
    await pull(url);
    expect(await holds(ARCHIVE)).toBe(true);
    expect(await files()).toEqual(WHOLE);
    expect(requests[1].range).toBeUndefined();
  },
);
