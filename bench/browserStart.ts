/** The first detection in a page that a browser has shown before: its files are cached, nothing else is kept. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { type BrowserContext, chromium } from "playwright-core";
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
const PAGE = `<!doctype html>
<link rel="icon" href="data:,">
<script type="module">
  import { load } from "./dist/browser/index.js";
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
  await second.dispose();
  globalThis.found = { imported, loaded, detected, people: detections.length, secondLoad };
</script>
`;

/** Visits that fill the caches: V8 keeps what it compiled from the second one on. */
const FIRST_VISITS = 3;

/**
 * Visits a page of each build in turn, a folder that holds `browser/index.js`, and returns all visits but the first ones.
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
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath,
    args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
  });
  try {
    const starts = builds.map((): BrowserStart[] => []);
    for (let run = -FIRST_VISITS; run < runs; run++) {
      for (const [index, { url }] of servers.entries()) {
        signal.throwIfAborted();
        const start = await visit(context, url);
        if (run >= 0) starts[index].push(start);
      }
    }
    return starts;
  } finally {
    await context.close();
    for (const server of servers) server.close();
    await rm(profile, { recursive: true, force: true });
  }
}

/** In a tab of its own, and so in a new process: only the browser's caches outlive a visit. */
async function visit(context: BrowserContext, url: string): Promise<BrowserStart> {
  const page = await context.newPage();
  try {
    await page.goto(url);
    await page.waitForFunction("globalThis.found !== undefined");
    const found = await page.evaluate<BrowserStart>("found");
    if (found.people > 0) return found;
    throw new BackendError({ where: url, expected: "people in the sample image", got: "none" });
  } finally {
    await page.close();
  }
}

const TYPES: Readonly<Record<string, string>> = { ".js": "text/javascript", ".wasm": "application/wasm" };

/** Every file but the page itself may be kept for an hour. */
async function serveBuild(folder: string): Promise<{ readonly url: string; close(): void }> {
  const files: Readonly<Record<string, string>> = { dist: folder, weights: WEIGHTS };
  const server = createServer(async ({ url = "/" }, response) => {
    const path = normalize(new URL(url, "http://localhost").pathname);
    const [, root, ...rest] = path.split("/");
    if (path === "/") {
      response.writeHead(200, { ...ISOLATED, "Content-Type": "text/html", "Cache-Control": "no-cache" });
      response.end(PAGE);
      return;
    }
    try {
      const bytes = await readFile(root === "image.jpg" ? SAMPLE_IMAGE : join(files[root] ?? "", ...rest));
      response.writeHead(200, {
        ...ISOLATED,
        "Content-Type": TYPES[extname(path)] ?? "application/octet-stream",
        "Content-Length": bytes.length,
        "Cache-Control": "public, max-age=3600",
        "Last-Modified": "Sun, 01 Nov 2026 00:00:00 GMT",
      });
      response.end(bytes);
    } catch {
      response.writeHead(404, ISOLATED).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
