import { expect, test } from "vitest";
import { Interruption } from "../../../src/cli/failures.ts";
import { makeArchive } from "./support/archive.ts";
import { type Answer, type FileOptions, file, serve, status } from "./support/archiveServer.ts";
import { cacheFolder, NO_RETRIES, TWO_RETRIES, WHOLE } from "./support/cacheFolder.ts";

const ARCHIVE = makeArchive();
const OTHER = makeArchive(50_000, 2);
const TENTHS = Array.from({ length: 10 }, (_, i) => 1 + Math.floor((i * ARCHIVE.length) / 10));
const HALF = TENTHS[5];

for (const cutAt of TENTHS) {
  test(`after a cut at ${cutAt} of ${ARCHIVE.length} bytes, only the rest is requested`, async () => {
    const { pull, holds, files } = await cacheFolder();
    const { url, requests } = await serve(file(ARCHIVE, { cutAt }), file(ARCHIVE));
    const reasons: string[] = [];
    await pull(url, { onRetry: (reason) => reasons.push(reason) });
    expect(await holds(ARCHIVE)).toBe(true);
    expect(await files()).toEqual(WHOLE);
    expect(requests.slice(1)).toEqual([
      { path: "/model.tar.gz", range: `bytes=${cutAt}-`, ifRange: '"one"' },
    ]);
    expect(reasons).toEqual([
      expect.stringMatching(/model\.tar\.gz: the connection was lost .* trying again$/),
    ]);
  });

  test(`a pull that fails after ${cutAt} bytes is continued by the next`, async () => {
    const { pull, holds, files } = await cacheFolder();
    const { url, requests } = await serve(file(ARCHIVE, { cutAt }), file(ARCHIVE));
    await expect(pull(url, { retryPolicy: NO_RETRIES })).rejects.toThrow(
      /They are kept: pull again to continue\.$/,
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

test("retries that receive more bytes are not limited", async () => {
  const { pull, holds } = await cacheFolder();
  const { url, requests } = await serve(...TENTHS.map((cutAt) => file(ARCHIVE, { cutAt })), file(ARCHIVE));
  await pull(url, { retryPolicy: { ...NO_RETRIES, delays: [1] } });
  expect(await holds(ARCHIVE)).toBe(true);
  expect(requests).toHaveLength(TENTHS.length + 1);
});

test("retries that receive nothing more come to an end", async () => {
  const { pull } = await cacheFolder();
  const { url, requests } = await serve(file(ARCHIVE, { cutAt: HALF, ignoresRange: true }));
  const message =
    /model\.tar\.gz: expected an archive, got 30\.\d kB, and no more after several tries: the conn/;
  await expect(pull(url)).rejects.toThrow(message);
  expect(requests).toHaveLength(3);
});

test("a server without ranges sends the whole archive again", async () => {
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

/** Another archive of the same length: only the ETag tells them apart. */
const SAME_LENGTH = Buffer.from(ARCHIVE);
SAME_LENGTH.writeUInt32LE(1, 4); // the gzip's modification time, which no checksum covers
test.each<[string, Buffer, FileOptions, number]>([
  ["sends all of it", OTHER, { headers: { ETag: '"two"' } }, 2],
  ["sends the end of it", OTHER, { headers: { ETag: '"two"' }, ignoresIfRange: true }, 3],
  [
    "sends the end of it, which would fit",
    SAME_LENGTH,
    { headers: { ETag: '"two"' }, ignoresIfRange: true },
    3,
  ],
  ["states no version but another length", OTHER, { headers: {}, ignoresIfRange: true }, 3],
])("two files are never mixed: a server with a new file that %s", async (_, other, options, asked) => {
  const { pull, holds, files } = await cacheFolder();
  const { url, requests } = await serve(file(ARCHIVE, { cutAt: HALF }), file(other, options));
  await pull(url);
  expect(await holds(other)).toBe(true);
  expect(await files()).toEqual(WHOLE);
  expect(requests).toHaveLength(asked);
});

/** A partial response with the bytes from `start` to `end`. */
function range(start: number, end: number): Answer {
  return (_, response) => {
    response.writeHead(206, { "Content-Range": `bytes ${start}-${end - 1}/${ARCHIVE.length}` });
    response.end(ARCHIVE.subarray(start, end));
  };
}

test("a range that starts elsewhere is not appended", async () => {
  const { pull, holds } = await cacheFolder();
  const elsewhere = range(HALF - 10, ARCHIVE.length);
  const { url, requests } = await serve(file(ARCHIVE, { cutAt: HALF }), elsewhere, file(ARCHIVE));
  await pull(url);
  expect(await holds(ARCHIVE)).toBe(true);
  expect(requests[2].range).toBeUndefined();
});

test("a rest that comes in several responses is requested in as many", async () => {
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

test("a part longer than the server's new file is dropped", async () => {
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
  ["a weak ETag is no validator, but the date is", { ETag: 'W/"one"', "Last-Modified": DATE }, DATE],
  ["the date alone is enough", { "Last-Modified": DATE }, DATE],
  ["it starts over without either", { Server: "x" }, undefined],
  ["it starts over with a weak ETag alone", { ETag: 'W/"one"' }, undefined],
])("resuming: %s", async (_, headers, ifRange) => {
  const { pull, holds } = await cacheFolder();
  const { url, requests } = await serve(file(ARCHIVE, { headers, cutAt: HALF }), file(ARCHIVE, { headers }));
  await pull(url);
  expect(await holds(ARCHIVE)).toBe(true);
  expect(requests[1]).toMatchObject({ range: ifRange && `bytes=${HALF}-`, ifRange });
});

test("bytes from another address are not continued", async () => {
  const { pull, holds, files } = await cacheFolder();
  const { url, requests } = await serve(file(OTHER, { cutAt: HALF }), file(ARCHIVE));
  await expect(pull(url, { retryPolicy: NO_RETRIES })).rejects.toThrow();
  await pull(`${url}mirror/`);
  expect(await holds(ARCHIVE)).toBe(true);
  expect(await files()).toEqual(WHOLE);
  expect(requests[1].range).toBeUndefined();
});

test.each([408, 429, 500, 502, 503, 504])("status %i is retried", async (code) => {
  const { pull, holds } = await cacheFolder();
  const { url } = await serve(status(code), file(ARCHIVE));
  await pull(url);
  expect(await holds(ARCHIVE)).toBe(true);
});

test("a server that falls silent is asked again for the rest", async () => {
  const { pull, holds } = await cacheFolder();
  const silent = () => {};
  const { url, requests } = await serve(silent, file(ARCHIVE, { silentAt: HALF }), file(ARCHIVE));
  const reasons: string[] = [];
  await pull(url, {
    retryPolicy: { ...TWO_RETRIES, idleMilliseconds: 300 },
    onRetry: (reason) => reasons.push(reason),
  });
  expect(await holds(ARCHIVE)).toBe(true);
  expect(requests[2].range).toBe(`bytes=${HALF}-`);
  expect(reasons).toEqual([
    expect.stringContaining("the server was silent for 0.3 s after 0 bytes"),
    expect.stringContaining("the server was silent for 0.3 s after 30."),
  ]);
});

test("an interruption takes effect at once and keeps what was received", async () => {
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

test("an interruption ends the wait before a retry", async () => {
  const { pull } = await cacheFolder();
  const { url } = await serve(status(503));
  const stop = new AbortController();
  const reason = new Interruption("interrupted", 130);
  const retryPolicy = { ...NO_RETRIES, delays: [3_600_000] };
  const onRetry = () => setTimeout(() => stop.abort(reason), 10);
  await expect(pull(url, { signal: stop.signal, retryPolicy, onRetry })).rejects.toBe(reason);
});

test("an archive received whole but interrupted before its check is not requested again", async () => {
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
