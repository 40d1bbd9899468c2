import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { load } from "../../src/detect.ts";
import { ImageError, ModelError } from "../../src/errors.ts";
import { findWeights } from "../../src/platform/browser.ts";
import { type DownloadOptions, fetchFile } from "../../src/platform/fetchBytes.ts";

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/w.safetensors`;
}

async function bytesAt(url: string, options?: DownloadOptions): Promise<Uint8Array> {
  return new Uint8Array(await (await fetchFile(url, options)).arrayBuffer());
}

test("a file is what the server sends, piece by piece", async () => {
  const url = await serve((_, response) => {
    response.write(Uint8Array.of(1, 2));
    setTimeout(() => response.end(Uint8Array.of(3)), 50);
  });
  expect([...(await bytesAt(url))]).toEqual([1, 2, 3]);
});

const never: RequestListener = () => {};
const halfway: RequestListener = (_, response) => void response.write("1");
const drip: RequestListener = (_, response) => {
  const timer = setInterval(() => response.write("1"), 20);
  response.on("close", () => clearInterval(timer));
};

test.each([
  ["says nothing", never, /: expected a file, got nothing for 0\.3 s\./],
  ["stops halfway", halfway, /got a server that is silent for 0\.3 s/],
  ["drips", drip, /got a server that is silent for 0\.3 s/],
])("a server that %s is given up", async (_, answer, message) => {
  let isClosed = false;
  const url = await serve((request, response) => {
    response.on("close", () => {
      isClosed = true;
    });
    answer(request, response);
  });
  const error = await bytesAt(url, { silenceMilliseconds: 300 }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ModelError);
  expect(String(error)).toMatch(message);
  await expect.poll(() => isClosed).toBe(true);
});

test("a reader that takes its time is no silent server", async () => {
  const pieces = 20;
  const url = await serve((_, response) => response.end(new Uint8Array(pieces * 1000)));
  const reader = (await fetchFile(url, { silenceMilliseconds: 100 })).body?.getReader();
  let bytes = 0;
  for (let next = await reader?.read(); next?.value; next = await reader?.read()) {
    await new Promise((resolve) => setTimeout(resolve, 150));
    bytes += next.value.length;
  }
  expect(bytes).toBe(pieces * 1000);
});

test.each([
  ["a length beyond all bounds", 200, { "content-length": String(2 ** 33) }, /got more than 4 GiB/],
  ["a page", 200, { "content-type": "text/html; charset=utf-8" }, /got a page of HTML/],
  ["a status", 404, {}, /got HTTP status 404/],
])("%s is refused before the body", async (_, status, headers, message) => {
  const url = await serve((_request, response) => response.writeHead(status, headers).flushHeaders());
  await expect(bytesAt(url)).rejects.toThrow(message);
});

/** Sends one half, and the other once `rest` is called. */
function inHalves(bytes: Uint8Array, headers: Record<string, string> = {}) {
  let rest = () => {};
  const answer: RequestListener = (_, response) => {
    const half = bytes.length >> 1;
    response.writeHead(200, headers).write(bytes.subarray(0, half));
    rest = () => void response.end(bytes.subarray(half));
  };
  return { answer, rest: () => rest() };
}

test("in browsers, progress comes while bytes arrive, not after", async () => {
  const { answer, rest } = inHalves(new Uint8Array(10_000), { "content-length": "10000" });
  const url = await serve(answer);
  const calls: [number, number][] = [];
  const finding = findWeights(url, { onBytes: (...call) => calls.push(call) });
  await expect.poll(() => calls.at(-1)).toEqual([5000, 10_000]);
  rest();
  const location = await finding;
  expect(location).toMatchObject({ kind: "file", source: { length: 10_000 } });
  expect(calls.at(-1)).toEqual([10_000, 10_000]);
});

const body = new Uint8Array(100_000);
test.each([
  ["no length", body, { "transfer-encoding": "chunked" }],
  [
    "a compressed body",
    gzipSync(body),
    { "content-encoding": "gzip", "content-length": String(gzipSync(body).length) },
  ],
])("the total is infinite with %s", async (_, sent, headers) => {
  const url = await serve((_request, response) => response.writeHead(200, headers).end(sent));
  const calls: [number, number][] = [];
  await bytesAt(url, { onBytes: (...call) => calls.push(call) });
  expect(calls.at(-1)).toEqual([100_000, Number.POSITIVE_INFINITY]);
  expect(calls.every(([, total]) => total === Number.POSITIVE_INFINITY)).toBe(true);
});

test.each([
  ["before the answer", never, 0],
  ["in the middle of the body", halfway, 1],
])(
  "an abort %s ends the download with the signal's reason, and the connection",
  async (_, answer, received) => {
    let [isOpen, isClosed] = [false, false];
    const url = await serve((request, response) => {
      response.on("close", () => {
        isClosed = true;
      });
      isOpen = true;
      answer(request, response);
    });
    const controller = new AbortController();
    let bytes = 0;
    const onBytes = (count: number) => {
      bytes = count;
    };
    const finding = findWeights(url, { signal: controller.signal, onBytes });
    finding.catch(() => {});
    await expect.poll(() => isOpen && bytes === received).toBe(true);
    const reason = new Error("no longer wanted");
    controller.abort(reason);
    await expect(finding).rejects.toBe(reason);
    await expect.poll(() => isClosed).toBe(true);
  },
);

test("limit and error are the caller's", async () => {
  const url = await serve((_, response) =>
    response.writeHead(200, { "content-type": "text/html" }).end("page"),
  );
  const refused = (got: string) => new ImageError({ where: "photo", expected: "an image file", got });
  const options = { maxBytes: 2 ** 20, refused, acceptsPages: true };
  expect((await bytesAt(url, options)).length).toBe(4);
  const large = await serve((_, response) => response.write(new Uint8Array(2 ** 20 + 1)));
  await expect(bytesAt(large, options)).rejects.toThrow(refused("more than 1 MiB"));
});

test("load tells the download's progress, then that of reading", async () => {
  const file = readFileSync("weights/movenet-lightning.safetensors");
  const url = await serve((_, response) =>
    response.writeHead(200, { "content-length": file.length }).end(file),
  );
  const phases = new Map<string, number[]>();
  const onProgress = (bytes: number, all: number, phase: string) => {
    phases.set(phase, [...(phases.get(phase) ?? []), bytes / all]);
  };
  const detector = await load("movenet-lightning", { weights: url, backend: "wasm", threads: 1, onProgress });
  await detector.dispose();
  expect([...phases.keys()]).toEqual(["download", "read"]);
  for (const shares of phases.values()) {
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  }
});
