import { type ChildProcessByStdio, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { Agent, type ClientRequestArgs, createServer, request } from "node:http";
import { type AddressInfo, connect, type Server } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { MODELS } from "../../src/models/models.ts";
import { temporaryFolder, write } from "./support/folders.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
/** A package of its own below this one, whose dependencies it finds. */
const PACKAGE = join(ROOT, `.cache/serve-${process.pid}`);
const CLI = join(PACKAGE, "dist/node/cli.js");
const CACHE = join(PACKAGE, "cache");

const SCRIPT = "export const answer = 42;\n".repeat(99);
const PAGE = {
  "index.html": "<!doctype html><title>a page</title>",
  "icon.svg": "<svg/>",
  "app.webmanifest": "{}",
  "module.wasm": "\0asm",
  "models.json": "[]",
  "assets/index-BSmGqG7r.js": SCRIPT,
  "assets/index-BSmGqG7r.js.gz": gzipSync(SCRIPT),
  "assets/index-Dx2x9_aa.css": "a { color: red }",
  "assets/worker-CqZ-_y12.js": "postMessage(1)",
  "samples/cat.jpg": "a cat",
  ".hidden": "hidden",
};
const ARCHIVED = MODELS.filter(({ hasArchive }) => hasArchive).map(({ name }) => name);

beforeAll(async () => {
  const build = `import { buildNode } from "./scripts/buildNode.mjs"; await buildNode("${join(PACKAGE, "dist/node")}");`;
  execFileSync(process.execPath, ["--input-type=module", "-e", build], { cwd: ROOT });
  await cp(join(ROOT, "package.json"), join(PACKAGE, "package.json"));
  await write(join(PACKAGE, "dist/site"), PAGE);
  await write(join(PACKAGE, "weights"), { "movenet-lightning.safetensors": "the weights" });
  await write(CACHE, { [`${ARCHIVED[0]}.tar.gz`]: "an archive", "other.tar.gz": "another" });
  await write(PACKAGE, { secret: "a secret", "dist/secret": "a secret", "elsewhere/x.txt": "a secret" });
  await symlink(join(PACKAGE, "secret"), join(PACKAGE, "dist/site/link.txt"));
  await symlink(join(PACKAGE, "elsewhere"), join(PACKAGE, "dist/site/linked"));
  await symlink(join(PACKAGE, "secret"), join(CACHE, `${ARCHIVED[1]}.tar.gz`));
  execFileSync("mkfifo", [join(PACKAGE, "dist/site/pipe.txt")]);
});
afterAll(() => rm(PACKAGE, { recursive: true, force: true }));

interface Started {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly port: number;
  readonly url: string;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
  /** Resolves once the process has written this to stderr. */
  said(text: string): Promise<void>;
}

/** The built command as a process of its own, once it has said where the page is. */
async function start(args: readonly string[] = [], env: Record<string, string> = {}): Promise<Started> {
  const child = spawn(CLI, ["serve", "--port", "0", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, CENTERNET_CACHE: CACHE, ...env },
  });
  let [stdout, stderr] = ["", ""];
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<Awaited<Started["ended"]>>((resolve) =>
    child.on("close", (code) => resolve({ code, stdout, stderr })),
  );
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
      const found = /^serving http:\/\/127\.0\.0\.1:(\d+)\/ until Ctrl-C\n$/.exec(stdout);
      if (found) resolve(Number(found[1]));
    });
    void ended.then((outcome) => reject(new Error(JSON.stringify(outcome))));
  });
  const said = async (text: string) => {
    while (!stderr.includes(text)) await new Promise((resolve) => child.stderr.once("data", resolve));
  };
  return { child, port, url: `http://127.0.0.1:${port}/`, ended, said };
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

/** A request whose path is sent as it stands: `fetch` would tidy it. */
function ask(port: number, path: string, options: ClientRequestArgs = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ port, path, host: "127.0.0.1", agent: false, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, body: Buffer.concat(chunks) });
      });
    });
    asked.on("error", reject);
    asked.end();
  });
}

describe("the served page", () => {
  let served: Started;
  const get = (path: string, options?: ClientRequestArgs) => ask(served.port, path, options);
  beforeAll(async () => {
    served = await start();
  });
  afterAll(async () => {
    served.child.kill("SIGTERM");
    await served.ended;
  });

  const POLICY =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; connect-src 'self'; img-src 'self' blob: data:; media-src blob:; style-src 'self'; base-uri 'none'; form-action 'none'";

  test.each([
    ["/", "text/html; charset=utf-8", "no-cache"],
    ["/index.html?x=1", "text/html; charset=utf-8", "no-cache"],
    ["/icon.svg", "image/svg+xml", "no-cache"],
    ["/app.webmanifest", "application/manifest+json", "no-cache"],
    ["/module.wasm", "application/wasm", "no-cache"],
    ["/models.json", "application/json", "no-store"],
    ["/samples/cat.jpg", "image/jpeg", "no-cache"],
    ["/weights/movenet-lightning.safetensors", "application/octet-stream", "no-cache"],
    [`/archives/${ARCHIVED[0]}.tar.gz`, "application/gzip", "no-store"],
    ["/assets/index-BSmGqG7r.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"],
    ["/assets/index-Dx2x9_aa.css", "text/css; charset=utf-8", "public, max-age=31536000, immutable"],
    ["/assets/worker-CqZ-_y12.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"],
  ])("%s is %s, and isolated", async (path, type, caching) => {
    const { status, headers, body } = await get(path);
    const isWorker = path.includes("worker");
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "content-type": type,
      "cache-control": caching,
      "content-length": String(body.length),
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
      "cross-origin-resource-policy": "same-origin",
      "x-content-type-options": "nosniff",
      "content-security-policy": isWorker
        ? POLICY.replace("'wasm-unsafe-eval'", "'wasm-unsafe-eval' 'unsafe-eval'")
        : POLICY,
    });
    expect(body.length).toBeGreaterThan(0);
    const head = await get(path, { method: "HEAD" });
    expect(head.body).toHaveLength(0);
    const { date: _now, ...same } = headers;
    expect(head).toMatchObject({ status, headers: same });
  });

  test.each([
    ["gzip, deflate, br, zstd", true],
    ["br;q=1, gzip;q=0.5", true],
    ["br, gzip;q=0", false],
    ["identity", false],
  ])("Accept-Encoding: %s", async (accepted, packed) => {
    const { headers, body } = await get("/assets/index-BSmGqG7r.js", {
      headers: { "Accept-Encoding": accepted },
    });
    expect(headers["content-encoding"]).toBe(packed ? "gzip" : undefined);
    expect(headers.vary).toBe("Accept-Encoding");
    expect(headers["content-type"]).toBe("text/javascript; charset=utf-8");
    expect(String(packed ? gunzipSync(body) : body)).toBe(SCRIPT);
  });

  test("a file that the browser has is not sent again until it changes", async () => {
    const { headers } = await get("/icon.svg");
    const known = { headers: { "If-None-Match": `W/"other", ${headers.etag}` } };
    const again = await get("/icon.svg", known);
    expect(again).toMatchObject({ status: 304, headers: { "cross-origin-embedder-policy": "require-corp" } });
    expect(again.body).toHaveLength(0);
    await writeFile(join(PACKAGE, "dist/site/icon.svg"), "<svg></svg>");
    const changed = await get("/icon.svg", known);
    expect(changed.status).toBe(200);
    expect(String(changed.body)).toBe("<svg></svg>");
  });

  test.each([
    "/../secret",
    "/..%2fsecret",
    "/%2e%2e/secret",
    "/assets/../../secret",
    "/assets/..%5c..%5csecret",
    "/..\\secret",
    "/weights/../secret",
    "/weights/..%2f..%2fsecret",
    "/archives/../secret",
    "//secret",
    "//etc/passwd",
    "/icon.svg%00.txt",
    "/icon.svg/",
    "/icon.svg/x",
    "/link.txt",
    "/linked/x.txt",
    "/linked",
    "/pipe.txt",
    "/.hidden",
    "/assets",
    "/samples/",
    "/weights",
    "/weights/",
    "/none.txt",
    `/${"a".repeat(5000)}`,
    "/archives/other.tar.gz",
    `/archives/${ARCHIVED[1]}.tar.gz`,
    `/archives/${ARCHIVED[2]}.tar.gz`,
    "http://127.0.0.1/index.html",
  ])("%s is not there", async (path) => {
    const { status, headers, body } = await get(path);
    expect(status).toBe(404);
    expect(String(body)).toMatch(/^".*": expected a file of the page, got none\.\n$/);
    expect(headers).toMatchObject({
      "content-type": "text/plain; charset=utf-8",
      "cross-origin-resource-policy": "same-origin",
      "content-security-policy": POLICY,
    });
  });

  test.each(["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])("%s is refused", async (method) => {
    const { status, headers, body } = await get("/", { method });
    expect(status).toBe(405);
    expect(headers.allow).toBe("GET, HEAD");
    expect(String(body)).toBe(`method: expected GET or HEAD, got ${method}.\n`);
  });

  test("only this machine's own names are answered, whatever else points here", async () => {
    const { port } = served;
    const at = async (Host: string) => await get("/", { headers: { Host } });
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`]) expect((await at(host)).status).toBe(200);
    const strange = [
      "evil.example",
      `evil.example:${port}`,
      "127.0.0.1",
      "localhost:1",
      `127.0.0.1.evil.example:${port}`,
    ];
    for (const host of [...strange, `localhost:${port}.evil.example`, `[::1]:${port}`]) {
      const { status, body } = await at(host);
      expect([host, status]).toEqual([host, 403]);
      expect(String(body)).toBe(
        `host: expected 127.0.0.1:${port} or localhost:${port}, got ${JSON.stringify(host)}.\n`,
      );
    }
  });

  test("models.json lists what is here at that moment, and only what can be read", async () => {
    const list = async () => JSON.parse(String((await get("/models.json")).body));
    const weights = { name: "movenet-lightning", file: "weights/movenet-lightning.safetensors", bytes: 11 };
    const archive = (i: number, bytes: number) => ({
      name: ARCHIVED[i],
      file: `archives/${ARCHIVED[i]}.tar.gz`,
      bytes,
    });
    expect(await list()).toEqual([weights, archive(0, 10)]);
    const pulled = join(CACHE, `${ARCHIVED[2]}.tar.gz`);
    await writeFile(pulled, "pulled meanwhile");
    onTestFinished(() => rm(pulled));
    expect(await list()).toEqual([weights, archive(0, 10), archive(2, 16)]);
    expect(String((await get(`/archives/${ARCHIVED[2]}.tar.gz`)).body)).toBe("pulled meanwhile");
  });

  test("a reader that goes away in the middle leaves the server at work", async () => {
    const big = join(PACKAGE, "weights/big.safetensors");
    await writeFile(big, Buffer.alloc(50_000_000));
    const socket = connect(served.port, "127.0.0.1");
    socket.write(`GET /weights/big.safetensors HTTP/1.1\r\nHost: 127.0.0.1:${served.port}\r\n\r\n`);
    await new Promise((resolve) => socket.once("data", resolve));
    socket.destroy();
    const { status, body } = await get("/weights/big.safetensors");
    expect([status, body.length]).toEqual([200, 50_000_000]);
  });
});

describe.each([
  ["SIGINT", 130, "interrupted"],
  ["SIGTERM", 143, "terminated"],
] as const)("%s", (signal, code, word) => {
  test(`ends it at once, also with connections that are kept open, with ${code}`, async () => {
    const { child, port, url, ended } = await start();
    const agent = new Agent({ keepAlive: true });
    await ask(port, "/", { agent });
    // One that never sends its request.
    const silent = connect(port, "127.0.0.1");
    await new Promise((resolve) => silent.once("connect", resolve));
    silent.on("error", () => {});
    const before = performance.now();
    child.kill(signal);
    expect(await ended).toEqual({
      code,
      stdout: `serving ${url} until Ctrl-C\n`,
      stderr: `centernet: ${word}\n`,
    });
    expect(performance.now() - before).toBeLessThan(1000);
    agent.destroy();
  });
});

/** The first of so many ports in a row that are taken. */
async function takenPort(count: number): Promise<number> {
  for (;;) {
    const servers: Server[] = [];
    const take = (port: number) =>
      new Promise<number>((resolve, reject) => {
        const server = createServer().on("error", reject);
        server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
        servers.push(server);
      });
    try {
      const first = await take(0);
      for (let i = 1; i < count; i++) await take(first + i);
      onTestFinished(() => servers.forEach((server) => void server.close()));
      return first;
    } catch {
      for (const server of servers) server.close();
    }
  }
}

/** What it says when it cannot start. */
async function refused(...args: string[]): Promise<string> {
  const child = spawn(CLI, ["serve", ...args], { stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(1);
  return stderr;
}

test("a taken port is named, and the next free one offered", async () => {
  const port = await takenPort(2);
  expect(await refused("--port", String(port))).toMatch(
    new RegExp(
      `^centernet: port ${port}: expected a free port, got one in use\\. Try --port ${port + 2}\\.\n$`,
    ),
  );
});

test("if the last port is taken, any free one is offered", async () => {
  const server = createServer().listen(65_535, "127.0.0.1");
  // It may be another program's: it is taken all the same.
  await Promise.race([once(server, "listening"), once(server, "error")]).catch(() => {});
  onTestFinished(() => void server.close());
  expect(await refused("--port", "65535")).toBe(
    "centernet: port 65535: expected a free port, got one in use. Try --port 0, which takes any free one.\n",
  );
});

test("a package without the page is said to lack it", async () => {
  const page = join(PACKAGE, "dist/site");
  await rename(page, join(PACKAGE, "dist/hidden"));
  onTestFinished(() => rename(join(PACKAGE, "dist/hidden"), page));
  expect(await refused()).toBe(
    `centernet: ${page}: expected the built page, got no index.html. Install the package again: a part of it is missing.\n`,
  );
});

test("a clone, whose page changes, lets browsers keep nothing, and says how to build it", async () => {
  await write(PACKAGE, { "site/index.html": "" });
  onTestFinished(() => rm(join(PACKAGE, "site"), { recursive: true }));
  const { child, port, ended } = await start();
  const path = "/assets/index-BSmGqG7r.js";
  const { headers } = await ask(port, path);
  expect(headers["cache-control"]).toBe("no-store");
  const again = await ask(port, path, { headers: { "If-None-Match": String(headers.etag) } });
  expect(again.status).toBe(200);
  child.kill("SIGTERM");
  await ended;
  await rename(join(PACKAGE, "dist/site"), join(PACKAGE, "dist/hidden"));
  onTestFinished(() => rename(join(PACKAGE, "dist/hidden"), join(PACKAGE, "dist/site")));
  expect(await refused()).toMatch(/got no index\.html\. Build it with npm run site\.\n$/);
});

describe("--open", () => {
  test.runIf(process.platform === "linux")("calls the system's opener with the address alone", async () => {
    const folder = await temporaryFolder();
    const opener = join(folder, "xdg-open");
    await writeFile(
      opener,
      `#!/bin/sh\nprintf '%s\\n' "$#" "$@" > "${folder}/called.new"\nmv "${folder}/called.new" "${folder}/called"\necho opened; exit 3\n`,
    );
    await chmod(opener, 0o755);
    const { child, url, ended, said } = await start(["--open"], { PATH: `${folder}:${process.env.PATH}` });
    const sentence = `centernet: option --open: expected a browser to open, got exit code 3 of xdg-open. Open ${url} yourself.\n`;
    await said(sentence);
    expect(execFileSync("cat", [join(folder, "called")], { encoding: "utf8" })).toBe(`1\n${url}\n`);
    child.kill("SIGTERM");
    expect(await ended).toMatchObject({ code: 143, stderr: `${sentence}centernet: terminated\n` });
  });

  test.runIf(process.platform === "linux")("says that there is none", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "bin"));
    await symlink(process.execPath, join(folder, "bin/node"));
    const { child, url, ended, said } = await start(["--open"], { PATH: join(folder, "bin") });
    await said(`got no program xdg-open. Open ${url} yourself.\n`);
    child.kill("SIGTERM");
    expect((await ended).code).toBe(143);
  });
});
