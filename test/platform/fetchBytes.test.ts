import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { ModelError } from "../../src/errors.ts";
import { fetchFile } from "../../src/platform/fetchBytes.ts";

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/w.safetensors`;
}

async function bytesAt(url: string, silenceMilliseconds?: number): Promise<Uint8Array> {
  return new Uint8Array(await (await fetchFile(url, silenceMilliseconds)).arrayBuffer());
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
  const error = await bytesAt(url, 300).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ModelError);
  expect(String(error)).toMatch(message);
  await expect.poll(() => isClosed).toBe(true);
});

test("a reader that takes its time is no silent server", async () => {
  const pieces = 20;
  const url = await serve((_, response) => response.end(new Uint8Array(pieces * 1000)));
  const reader = (await fetchFile(url, 100)).body?.getReader();
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
