import { expect, test } from "vitest";
import { Interruption } from "../../../src/cli/failures.ts";
import { makeArchive } from "./support/archive.ts";
import { type Answer, type FileOptions, file, serve, status } from "./support/archiveServer.ts";
import { cacheFolder, NO_RETRY, TWO_RETRIES, WHOLE } from "./support/cacheFolder.ts";

const ARCHIVE = makeArchive();
const OTHER = makeArchive(50_000, 2);
const TENTHS = Array.from({ length: 10 }, (_, i) => 1 + Math.floor((i * ARCHIVE.length) / 10));
const HALF = TENTHS[5];

for (const cutAt of TENTHS) {
  test(`cut after ${cutAt} of ${ARCHIVE.length} bytes, the rest is asked for and put behind`, async () => {
    const { pull, holds, files } = await cacheFolder();
    const { url, requests } = await serve(file(ARCHIVE, { cutAt }), file(ARCHIVE));
    const told: string[] = [];
    await pull(url, { onRetry: (reason) => told.push(reason) });
    expect(await holds(ARCHIVE)).toBe(true);
    expect(await files()).toEqual(WHOLE);
    expect(requests.slice(1)).toEqual([
      { path: "/model.tar.gz", range: `bytes=${cutAt}-`, ifRange: '"one"' },
    ]);
    expect(told).toEqual([expect.stringMatching(/model\.tar\.gz: the connection was lost .* trying again$/)]);
  });

  test(`given up after ${cutAt} bytes, the next pull goes on from there`, async () => {
    const { pull, holds, files } = await cacheFolder();
    const { url, requests } = await serve(file(ARCHIVE, { cutAt }), file(ARCHIVE));
    await expect(pull(url, { patience: NO_RETRY })).rejects.toThrow(
      /What came is kept: pull again to go on\.$/,
    );
    expect(await files()).not.toContain(WHOLE[0]);
    const progress: number[] = [];
    await pull(url, { onProgress: (received) => progress.push(received) });
    expect(await holds(ARCHIVE)).toBe(true);
    expect(await files()).toEqual(WHOLE);
    expect(requests[1].range).toBe(`bytes=${cutAt}-`);
    expect([progress[0], progress.at(-1)]).toEqual([cutAt, ARCHIVE.length]);
  });
}

test("as long as each try gets further, none is one too many", async () => {
  const { pull, holds } = await cacheFolder();
  const { url, requests } = await serve(...TENTHS.map((cutAt) => file(ARCHIVE, { cutAt })), file(ARCHIVE));
  await pull(url, { patience: { ...NO_RETRY, pauses: [1] } });
  expect(await holds(ARCHIVE)).toBe(true);
  expect(requests).toHaveLength(TENTHS.length + 1);
});

test("tries that get no further come to an end", async () => {
  const { pull } = await cacheFolder();
  const { url, requests } = await serve(file(ARCHIVE, { cutAt: HALF, ignoresRange: true }));
  const message =
    /model\.tar\.gz: expected an archive, got 30\.\d kB, and no more after several tries: the conn/;
  await expect(pull(url)).rejects.toThrow(message);
  expect(requests).toHaveLength(3);
});

test("a server that knows no ranges sends all of it again", async () => {
  const { pull, holds, files } = await cacheFolder();
  const { url, requests } = await serve(
    file(ARCHIVE, { cutAt: HALF }),
    file(ARCHIVE, { ignoresRange: true }),
  );
  await pull(url);
  expect(await holds(ARCHIVE)).toBe(true);
  expect(await files()).toEqual(WHOLE);
  expect(requests[1].range).toBe(`bytes=${HALF}-`);
});

/** Of the same length as the archive, so that nothing else tells them apart. */
const SAME_LENGTH = Buffer.from(ARCHIVE);
SAME_LENGTH.writeUInt32LE(1, 4); // the gzip's time, which no checksum covers
test.each<[string, Buffer, FileOptions, number]>([
  ["says so by sending all of it", OTHER, { headers: { ETag: '"two"' } }, 2],
  ["sends the end of the other one", OTHER, { headers: { ETag: '"two"' }, ignoresIfRange: true }, 3],
  ["sends an end that would fit", SAME_LENGTH, { headers: { ETag: '"two"' }, ignoresIfRange: true }, 3],
  ["names no version, and another length", OTHER, { headers: {}, ignoresIfRange: true }, 3],
])("two files are never mixed: a server with a new one that %s", async (_, other, options, asked) => {
  const { pull, holds, files } = await cacheFolder();
  const { url, requests } = await serve(file(ARCHIVE, { cutAt: HALF }), file(other, options));
  await pull(url);
  expect(await holds(other)).toBe(true);
  expect(await files()).toEqual(WHOLE);
  expect(requests).toHaveLength(asked);
});

/** An answer with the bytes from `start` on up to `end`, which says so. */
function range(start: number, end: number): Answer {
  return (_, response) => {
    response.writeHead(206, { "Content-Range": `bytes ${start}-${end - 1}/${ARCHIVE.length}` });
    response.end(ARCHIVE.subarray(start, end));
  };
}

test("a rest that begins elsewhere is not put behind what there is", async () => {
  const { pull, holds } = await cacheFolder();
  const elsewhere = range(HALF - 10, ARCHIVE.length);
  const { url, requests } = await serve(file(ARCHIVE, { cutAt: HALF }), elsewhere, file(ARCHIVE));
  await pull(url);
  expect(await holds(ARCHIVE)).toBe(true);
  expect(requests[2].range).toBeUndefined();
});

test("a rest that comes in several answers is asked for in as many", async () => {
  const { pull, holds } = await cacheFolder();
  const { url, requests } = await serve(
    file(ARCHIVE, { cutAt: HALF }),
    range(HALF, HALF + 10),
    file(ARCHIVE),
  );
  await pull(url);
  expect(await holds(ARCHIVE)).toBe(true);
  expect(requests[2].range).toBe(`bytes=${HALF + 10}-`);
});

test("a part that is longer than the server's new file is dropped", async () => {
  const { pull, holds } = await cacheFolder();
  const { url, requests } = await serve(
    file(ARCHIVE, { cutAt: ARCHIVE.length - 1 }),
    file(OTHER, { ignoresIfRange: true }),
  );
  await pull(url);
  expect(await holds(OTHER)).toBe(true);
  expect(requests.map(({ range }) => range)).toEqual([undefined, `bytes=${ARCHIVE.length - 1}-`, undefined]);
});

const DATE = "Sat, 11 Jul 2020 10:00:00 GMT";
test.each([
  ["a weak ETag promises nothing: the date does", { ETag: 'W/"one"', "Last-Modified": DATE }, DATE],
  ["a date alone will do", { "Last-Modified": DATE }, DATE],
  ["without either it starts again", { Server: "x" }, undefined],
  ["with a weak ETag alone it starts again", { ETag: 'W/"one"' }, undefined],
])("resuming: %s", async (_, headers, ifRange) => {
  const { pull, holds } = await cacheFolder();
  const { url, requests } = await serve(file(ARCHIVE, { headers, cutAt: HALF }), file(ARCHIVE, { headers }));
  await pull(url);
  expect(await holds(ARCHIVE)).toBe(true);
  expect(requests[1]).toMatchObject({ range: ifRange && `bytes=${HALF}-`, ifRange });
});

test("what another address sent is no beginning of this one's", async () => {
  const { pull, holds, files } = await cacheFolder();
  const { url, requests } = await serve(file(OTHER, { cutAt: HALF }), file(ARCHIVE));
  await expect(pull(url, { patience: NO_RETRY })).rejects.toThrow();
  await pull(`${url}mirror/`);
  expect(await holds(ARCHIVE)).toBe(true);
  expect(await files()).toEqual(WHOLE);
  expect(requests[1].range).toBeUndefined();
});

test.each([408, 429, 500, 502, 503, 504])("status %i is asked again", async (code) => {
  const { pull, holds } = await cacheFolder();
  const { url } = await serve(status(code), file(ARCHIVE));
  await pull(url);
  expect(await holds(ARCHIVE)).toBe(true);
});

test("a server that falls silent is left, and asked for the rest", async () => {
  const { pull, holds } = await cacheFolder();
  const silent = () => {};
  const { url, requests } = await serve(silent, file(ARCHIVE, { silentAt: HALF }), file(ARCHIVE));
  const told: string[] = [];
  await pull(url, {
    patience: { ...TWO_RETRIES, idleMilliseconds: 300 },
    onRetry: (reason) => told.push(reason),
  });
  expect(await holds(ARCHIVE)).toBe(true);
  expect(requests[2].range).toBe(`bytes=${HALF}-`);
  expect(told).toEqual([
    expect.stringContaining("the server was silent for 0.3 s after 0 bytes"),
    expect.stringContaining("the server was silent for 0.3 s after 30."),
  ]);
});

test("an interruption is passed on at once, and what came is kept", async () => {
  const { pull, holds } = await cacheFolder();
  const { url, requests } = await serve(file(ARCHIVE, { silentAt: HALF }), file(ARCHIVE));
  const stop = new AbortController();
  const reason = new Interruption("interrupted", 130);
  const onProgress = (received: number) => received === HALF && stop.abort(reason);
  await expect(pull(url, { signal: stop.signal, onProgress })).rejects.toBe(reason);
  await pull(url);
  expect(await holds(ARCHIVE)).toBe(true);
  expect(requests.map(({ range }) => range)).toEqual([undefined, `bytes=${HALF}-`]);
});

test("an interruption also ends the wait before another try", async () => {
  const { pull } = await cacheFolder();
  const { url } = await serve(status(503));
  const stop = new AbortController();
  const reason = new Interruption("interrupted", 130);
  const patience = { ...NO_RETRY, pauses: [3_600_000] };
  const onRetry = () => setTimeout(() => stop.abort(reason), 10);
  await expect(pull(url, { signal: stop.signal, patience, onRetry })).rejects.toBe(reason);
});

test("an archive that came whole, but was not checked before an interruption, is not asked for again", async () => {
  const { pull, holds, files } = await cacheFolder();
  const { url, requests } = await serve(file(ARCHIVE));
  const stop = new AbortController();
  const reason = new Interruption("interrupted", 130);
  const onProgress = (received: number) => received === ARCHIVE.length && stop.abort(reason);
  await expect(pull(url, { signal: stop.signal, onProgress })).rejects.toBe(reason);
  expect(await files()).not.toContain(WHOLE[0]);
  await pull(url);
  expect(await holds(ARCHIVE)).toBe(true);
  expect(requests).toHaveLength(1);
});
