/**
 * The first detection in a page that a browser has shown before: its files are cached, nothing else is kept. Developer tools
 * are not attached, as they would be by Playwright: they make a page slower, by 10 to 20 ms where errors are made.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { BackendError } from "../src/errors.ts";
import { chromiumPath, NO_CHROMIUM } from "../test/browser/chromium.ts";
import { ISOLATED } from "../test/browser/serve.ts";
import { SAMPLE_IMAGE, WEIGHTS } from "./paths.ts";

/** Milliseconds since navigation. */
export interface BrowserStart {
  /** The library's modules have run. */
  readonly imported: number;
  readonly loaded: number;
  readonly detected: number;
  readonly people: number;
  /** How long a second `load` of the model takes, while the first detector is in use. */
  readonly secondLoad: number;
}

/** What a page's author writes. The image is fetched meanwhile, as an `<img>` of the page would be. */
const pageOf = (entry: string) => `<!doctype html>
<link rel="icon" href="data:,">
<script type="module">
  import { load } from "./dist/browser/${entry}";
  const imported = performance.now();
  const image = fetch("./image.jpg").then((response) => response.arrayBuffer());
  const detector = await load(undefined, { backend: "wasm" });
  const loaded = performance.now();
  const { detections } = await detector.detect(await image);
  const detected = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const start = performance.now();
  const second = await load(undefined, { backend: "wasm" });
  const secondLoad = performance.now() - start;
  const found = { imported, loaded, detected, people: detections.length, secondLoad };
  await fetch("./found", { method: "POST", body: JSON.stringify(found) });
</script>
`;

/** A page of another site, which waits until the browser has started and then goes on to `next`. */
const waitingPage = (next: string) => `<!doctype html>
<link rel="icon" href="data:,">
<script>setTimeout(() => location.replace(${JSON.stringify(next)}), ${BROWSER_START_MS});</script>
`;

const BROWSER_START_MS = 1500;
const MAX_VISIT_MS = 30_000;
/** A browser that is ended sooner after its first visits has not written all of its caches. */
const CACHED_MS = 3000;

/** Visits that fill the caches. */
const FIRST_VISITS = 3;

/**
 * Visits a page of each build in turn, a folder that holds `browser/load.js` or `browser/index.js`, and returns all visits but
 * the first ones.
 *
 * @throws BackendError if nobody is found.
 */
export async function measureBrowserStart(
  builds: readonly string[],
  runs: number,
  signal: AbortSignal,
): Promise<readonly (readonly BrowserStart[])[]> {
  if (!chromiumPath) {
    throw new BackendError({ where: "bench startup", expected: "Chromium", got: "none", hint: NO_CHROMIUM });
  }
  const profile = await mkdtemp(join(tmpdir(), "centernet-profile-"));
  const servers = await Promise.all(builds.map(serveBuild));
  try {
    const starts = builds.map((): BrowserStart[] => []);
    for (let run = -FIRST_VISITS; run < runs; run++) {
      for (const [index, server] of servers.entries()) {
        signal.throwIfAborted();
        const start = await visit(chromiumPath, profile, server, run < 0 ? CACHED_MS : 0, signal);
        if (run >= 0) starts[index].push(start);
      }
    }
    return starts;
  } finally {
    for (const server of servers) server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface BuildServer {
  /** Of a page that waits. */
  readonly url: string;
  /** What the page found. */
  visited(): Promise<BrowserStart>;
  close(): void;
}

/** In a browser of its own: only its caches outlive a visit. */
async function visit(
  program: string,
  profile: string,
  server: BuildServer,
  stays: number,
  signal: AbortSignal,
): Promise<BrowserStart> {
  const found = server.visited();
  const flags = ["--headless=new", "--no-sandbox", "--disable-background-networking", "--no-first-run"];
  const more = ["--disable-component-update", `--user-data-dir=${profile}`];
  const browser = spawn(program, [...flags, ...more, server.url], { stdio: "ignore" });
  const ended = once(browser, "exit");
  try {
    const late = sleep(MAX_VISIT_MS, undefined, { ref: false, signal });
    const start = await Promise.race([found, late, ended.then(() => undefined)]);
    if (start && start.people > 0) {
      await sleep(stays, undefined, { signal });
      return start;
    }
    const got = start ? "none" : "no answer of the page";
    throw new BackendError({ where: server.url, expected: "people in the sample image", got });
  } finally {
    browser.kill();
    await ended;
  }
}

const TYPES: Readonly<Record<string, string>> = { ".js": "text/javascript", ".wasm": "application/wasm" };

/** Every file but the pages may be kept for an hour. */
async function serveBuild(folder: string): Promise<BuildServer> {
  const entry = existsSync(join(folder, "browser/load.js")) ? "load.js" : "index.js";
  const files: Readonly<Record<string, string>> = { dist: folder, weights: WEIGHTS };
  let receive: (start: BrowserStart) => void = () => {};
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const path = normalize(pathname);
    if (request.method === "POST") {
      const found = JSON.parse(await text(request)) as BrowserStart;
      response.writeHead(204, ISOLATED).end();
      receive(found);
    } else if (path === "/wait" || path === "/") {
      const { port } = server.address() as AddressInfo;
      const page = path === "/" ? pageOf(entry) : waitingPage(`http://localhost:${port}/`);
      response.writeHead(200, { ...ISOLATED, "Content-Type": "text/html", "Cache-Control": "no-cache" });
      response.end(page);
    } else {
      const [, root, ...rest] = path.split("/");
      const served = root === "image.jpg" ? SAMPLE_IMAGE : files[root];
      if (served === undefined) throw new Error("no such file");
      const bytes = await readFile(join(served, ...rest));
      response.writeHead(200, {
        ...ISOLATED,
        "Content-Type": TYPES[extname(path)] ?? "application/octet-stream",
        "Content-Length": bytes.length,
        "Cache-Control": "public, max-age=3600",
        "Last-Modified": "Sun, 01 Nov 2026 00:00:00 GMT",
      });
      response.end(bytes);
    }
  }
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.writeHead(404, ISOLATED).end());
  });
  server.listen(0, "127.0.0.1"); // which localhost is, too: the two pages have names of different sites
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/wait`,
    visited: () =>
      new Promise((resolve) => {
        receive = resolve;
      }),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
