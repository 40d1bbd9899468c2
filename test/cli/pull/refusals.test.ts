import { existsSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, test, vi } from "vitest";
import { ModelError } from "../../../src/errors.ts";
import { makeArchive } from "./support/archive.ts";
import { type Answer, file, serve, status } from "./support/archiveServer.ts";
import { cacheFolder, WHOLE } from "./support/cacheFolder.ts";

const ARCHIVE = makeArchive();
const HTML = "<!doctype html><title>Log in to this network</title>";
const GONE = /expected an archive, got HTTP status 404 Not Found\. Check the address, or choose/;

function withByte(index: number, byte: number): Buffer {
  const bytes = Buffer.from(ARCHIVE);
  bytes[index] = byte;
  return bytes;
}

function flipped(index: number): Buffer {
  return withByte(index, ARCHIVE[index] ^ 4);
}

/** States a length other than that of the bytes it sends. */
function announcing(length: number): Answer {
  return (_, response) => {
    response.writeHead(200, { "Content-Length": String(length), ETag: '"one"' });
    response.flushHeaders();
    response.socket?.end(ARCHIVE);
  };
}

test.each<[string, Answer, RegExp]>([
  ["404", status(404), GONE],
  ["404 as a page", status(404, { "Content-Type": "text/html" }, HTML), GONE],
  ["403", status(403), /got HTTP status 403 Forbidden/],
  ["a partial response that was not requested", status(206), /got HTTP status 206 Partial Content/],
  ["no content", status(204), /got HTTP status 204/],
  ["HTML in place of an archive", status(200, { "Content-Type": "text/html" }, HTML), /got an HTML page/],
  [
    "HTML that calls itself an archive",
    status(200, { "Content-Type": "application/gzip" }, HTML),
    /an HTML page/,
  ],
  ["a zip file", status(200, {}, "PK\x03\x04"), /got something other than a gzip file/],
  ["half a gzip magic", file(withByte(1, 0x8c)), /got something other than a gzip file/],
  ["nothing", status(200), /got not even its first bytes/],
  ["next to nothing", file(ARCHIVE.subarray(0, 1)), /got not even its first bytes/],
  ["HTML, compressed", file(gzipSync(HTML.repeat(20))), /tar byte 0 checksum: expected an octal number/],
  ["an archive that its server truncated", file(ARCHIVE.subarray(0, -9)), /got unexpected end of file/],
  ["a length that is too small", announcing(ARCHIVE.length - 100), /got unexpected end of file/],
  ["a flipped bit at the beginning", file(flipped(2)), /got unknown compression method/],
  ["a flipped bit in the middle", file(flipped(30_000)), /expected the rest of a gzip file, got/],
  ["a flipped bit in the checksum", file(flipped(ARCHIVE.length - 6)), /got incorrect data check/],
  ["a flipped bit in the length", file(flipped(ARCHIVE.length - 2)), /got incorrect length check/],
  ["a bomb", file(gzipSync(Buffer.alloc(2 ** 28))), /expected at most 100 times as much as is stored/],
  ["a redirect to nowhere", status(302), /got a redirect to ""/],
  ["a redirect out of the web", status(301, { Location: "file:///etc/passwd" }), /got a redirect to "file:/],
  [
    "a redirect to plain http elsewhere",
    status(302, { Location: "http://example.org/a" }),
    /got a redirect to "http:/,
  ],
  [
    "a length beyond all bounds",
    (_, response) => void response.writeHead(200, { "Content-Length": String(2 ** 33) }).flushHeaders(),
    /got more than 4 GiB/,
  ],
  ["redirects without an end", status(307, { Location: "x" }), /got more than 10 redirects/],
  [
    "no HTTP at all",
    (_, { socket }) => void socket?.end("220 ftp ready\r\n"),
    /no valid HTTP response \(Parse Error/,
  ],
])("%s is refused and nothing is kept", async (_, answer, message) => {
  const { pull, files } = await cacheFolder();
  const { url } = await serve(answer);
  const error = await pull(url).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ModelError);
  expect(String(error)).toMatch(message);
  expect(await files()).toEqual([]);
});

test("a response shorter than announced is kept, but not as the archive", async () => {
  const { pull, files } = await cacheFolder();
  const { url } = await serve(announcing(ARCHIVE.length + 100));
  await expect(pull(url)).rejects.toThrow(/and no more after several tries/);
  expect(await files()).toEqual([expect.stringMatching(/\.part$/)]);
});

test("a rest that is too long is refused", async () => {
  const { pull, files } = await cacheFolder();
  const { length } = ARCHIVE;
  const { url } = await serve(file(ARCHIVE, { cutAt: length - 9 }), (_, response) => {
    response.writeHead(206, { "Content-Range": `bytes ${length - 9}-${length - 1}/${length}` });
    response.end(ARCHIVE.subarray(-10));
  });
  await expect(pull(url)).rejects.toThrow(`more than the ${length} bytes that it is said to have`);
  expect(await files()).toEqual([]);
});

test("a refused connection is not retried", async () => {
  const { pull } = await cacheFolder();
  const reasons: string[] = [];
  const refused = pull("http://127.0.0.1:9/", { onRetry: (reason) => reasons.push(reason) });
  await expect(refused).rejects.toThrow(
    /127\.0\.0\.1:9\/model\.tar\.gz: .* got no valid HTTP response \(connect ECONNREFUSED/,
  );
  expect(reasons).toEqual([]);
});

test("a server that drips is given up like a silent one", async () => {
  const { pull, files } = await cacheFolder();
  const { url, requests } = await serve((_, response) => {
    let sent = 0;
    const timer = setInterval(() => response.write(ARCHIVE.subarray(sent, ++sent)), 20);
    response.on("close", () => clearInterval(timer));
  });
  const retryPolicy = { idleMilliseconds: 300, delays: [1, 1, 1, 1] };
  await expect(pull(url, { retryPolicy })).rejects.toThrow(
    /expected an archive, got \d+ bytes, and no more: the server was silent for 0\.3 s\. They are kept/,
  );
  expect(requests).toHaveLength(2);
  expect(await files()).toEqual([expect.stringMatching(/\.part$/)]);
});

test.skipIf(!existsSync("/proc/self"))("a folder that cannot be made is named at once", async () => {
  const { pull } = await cacheFolder("/proc/x/cache");
  const { url } = await serve(file(ARCHIVE));
  await expect(pull(url)).rejects.toThrow(/^\/proc\/x\/cache: expected a folder to download to, got /);
});

test("errors show no passwords or signatures", async () => {
  const { pull } = await cacheFolder();
  const { url } = await serve(status(404));
  const secret = new URL(`${url.replace("//", "//user:secret@")}a.tar.gz?signature=secret`);
  const error = pull(url, { url: secret });
  await expect(error).rejects.toThrow(`${url}a.tar.gz: expected`);
  await expect(error).rejects.not.toThrow("secret");
});

test("redirects are followed with the same range", async () => {
  const { pull, holds } = await cacheFolder();
  const elsewhere = await serve(file(ARCHIVE, { cutAt: 20_000 }), file(ARCHIVE));
  const { url, requests } = await serve(
    status(302, { Location: "/moved/model.tar.gz" }),
    status(307, { Location: `${elsewhere.url}stored` }),
    status(308, { Location: `${elsewhere.url}stored` }),
  );
  await pull(url);
  expect(await holds(ARCHIVE)).toBe(true);
  const paths = requests.map(({ path }) => path);
  expect(paths).toEqual(["/model.tar.gz", "/moved/model.tar.gz", "/model.tar.gz"]);
  expect(elsewhere.requests.map(({ range }) => range)).toEqual([undefined, "bytes=20000-"]);
});

test("a redirect whose body never ends is followed", async () => {
  const { pull, holds } = await cacheFolder();
  let isClosed = false;
  const endless: Answer = (_, response) => {
    response.writeHead(302, { Location: "/moved" }).write("Moved.");
    response.on("close", () => {
      isClosed = true;
    });
  };
  const { url } = await serve(endless, file(ARCHIVE));
  await pull(url);
  expect(await holds(ARCHIVE)).toBe(true);
  await vi.waitUntil(() => isClosed);
});

test("a server need not state the length", async () => {
  const { pull, holds, files } = await cacheFolder();
  const { url } = await serve((_, response) => {
    response.write(ARCHIVE.subarray(0, 1));
    response.end(ARCHIVE.subarray(1));
  });
  const totals = new Set<number | undefined>();
  await pull(url, { onProgress: (_received, total) => totals.add(total) });
  expect(await holds(ARCHIVE)).toBe(true);
  expect(await files()).toEqual(WHOLE);
  expect(totals).toEqual(new Set([undefined]));
});

test("an archive sent as Content-Encoding: gzip is not unpacked", async () => {
  const { pull, holds } = await cacheFolder();
  const { url } = await serve(file(ARCHIVE, { headers: { "Content-Encoding": "gzip" } }));
  await pull(url);
  expect(await holds(ARCHIVE)).toBe(true);
});
