import { readdir, readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { EXIT, Interruption } from "../../src/cli/failures.ts";
import { nameOfUrl } from "../../src/cli/files/fetchImage.ts";
import { EMPTY_PICTURE, temporaryFolder } from "./support/folders.ts";
import { runCli } from "./support/runCli.ts";

const LIGHTNING = ["--model", "movenet-lightning"];

/** A server that answers each path in its way. Returns its URL, without a slash at the end. */
async function serve(answers: Record<string, (response: ServerResponse) => void>): Promise<string> {
  const server = createServer(({ url = "" }, response) => {
    const answer = answers[url] ?? (() => response.writeHead(404).end());
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("URLs are read and drawn like files; a page, a missing file and a dead address are errors of their image", async () => {
  const out = join(await temporaryFolder(), "out");
  const url = await serve({
    "/a%20b.png?x=1": (response) => response.end(EMPTY_PICTURE),
    "/page": (response) => response.end(`<!doctype html>${" ".repeat(10_000)}`),
    "/moved": (response) => response.writeHead(302, { Location: "/a%20b.png?x=1" }).end(),
  });
  const urls = ["/a%20b.png?x=1", "/moved", "/page", "/none.jpg"].map((path) => url + path);
  const outcome = await runCli(["detect", ...urls, "http://127.0.0.1:1/x.png", ...LIGHTNING, "--out", out]);
  expect(outcome.code).toBe(EXIT.images);
  expect((await readdir(out)).sort()).toEqual(["a b.png", "moved.jpg"]);
  const errors = outcome.stderr.trimEnd().split("\n");
  expect(errors).toHaveLength(3);
  expect(errors[0]).toMatch(/\/page: expected a JPEG or PNG image, got an? HTML page/);
  expect(errors[1]).toMatch(
    /\/none\.jpg: expected an image file, got HTTP status 404\. Check the address\.$/,
  );
  expect(errors[2]).toMatch(
    /:1\/x\.png: expected an image file, got no response \(.+\)\. Check the address\.$/,
  );
});

test("an endless answer that is no image is read no further", async () => {
  const url = await serve({
    "/endless": (response) => {
      const more = () => {
        while (!response.destroyed && response.write("x".repeat(10_000)));
      };
      response.on("drain", more);
      more();
    },
  });
  const outcome = await runCli(["detect", `${url}/endless`, ...LIGHTNING, "--no-draw"]);
  expect(outcome.code).toBe(EXIT.images);
  expect(outcome.stderr).toMatch(/\/endless: expected a JPEG or PNG image, got /);
});

test("Ctrl-C ends the wait for a silent server", async () => {
  const stop = new AbortController();
  const url = await serve({
    "/silent.jpg": () => stop.abort(new Interruption("interrupted", EXIT.interrupted)),
  });
  const outcome = await runCli(["detect", `${url}/silent.jpg`, ...LIGHTNING, "--no-draw"], {
    signal: stop.signal,
  });
  expect(outcome.code).toBe(EXIT.interrupted);
  expect(outcome.stderr).toBe("centernet: interrupted after 0 of 1 images\n");
});

test("- is standard input", async () => {
  const out = join(await temporaryFolder(), "out");
  const outcome = await runCli(["detect", "-", ...LIGHTNING, "--out", out, "--json", "-"], {
    stdin: EMPTY_PICTURE,
  });
  expect(outcome.code).toBe(0);
  expect(JSON.parse(outcome.stdout)).toMatchObject({ image: "-", width: 24, height: 16 });
  expect(outcome.stderr).toBe(`centernet: drawn: ${join(out, "stdin.jpg")}\n`);
  expect((await readFile(join(out, "stdin.jpg"))).length).toBeGreaterThan(100);
});

test("standard input that is empty is an error of that image", async () => {
  const outcome = await runCli(["detect", "-", ...LIGHTNING, "--no-draw"]);
  expect(outcome.code).toBe(EXIT.images);
  expect(outcome.stderr).toMatch(/^centernet: -: expected a JPEG or PNG image, got an empty file/);
});

test.each([
  ["https://example.org/a/b.jpg?size=3#x", "b.jpg"],
  ["https://example.org/a/", "a"],
  ["https://example.org", "example.org"],
  ["https://example.org/..%2f..%2fetc%2fpasswd", ".._.._etc_passwd"],
  ["https://example.org/%2e%2e", "example.org"],
  ["https://example.org/a%00b%ff.png", "a%00b%ff.png"],
  ["http://[", "image"],
])("%s is called %s", (url, name) => expect(nameOfUrl(url)).toBe(name));
