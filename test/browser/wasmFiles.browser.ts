/** The file of the wasm kernels beside the browser build: used as it is, and done without. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mayBeLeftOut } from "../support/required.ts";
import { ROOT } from "./builtPage.ts";
import { chromiumPath, launchChromium, NO_CHROMIUM } from "./chromium.ts";
import { ISOLATED, serve } from "./serve.ts";

const PAGE = `<!doctype html>
<script type="module">
  import { load } from "/dist/browser/index.js";
  const { compileStreaming } = WebAssembly;
  let streamed = 0;
  WebAssembly.compileStreaming = (source) => { streamed++; return compileStreaming(source); };
  const detector = await load("movenet-multipose", { backend: "wasm" });
  const { detections, backendDetails } = await detector.detect("/samples/people.jpg");
  globalThis.done = { people: detections.length, threads: backendDetails.threads, streamed };
</script>
`;

/** The module that has the kernels' bytes as text. */
const TEXT = /\/(relaxed|plain)-[\w-]+\.js$/;

interface Answer {
  readonly people: number;
  readonly threads: number;
  readonly streamed: number;
}

describe.skipIf(!chromiumPath && mayBeLeftOut)("the kernels' file", () => {
  let folder: string;
  let browser: Browser;
  beforeAll(async () => {
    if (!chromiumPath) throw new Error(NO_CHROMIUM);
    folder = await mkdtemp(join(tmpdir(), "centernet-wasm-files-"));
    await writeFile(join(folder, "index.html"), PAGE);
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Detects in a page; `answer` replaces what the server says to a request for the file. */
  async function visit(headers: Readonly<Record<string, string>>, answer?: (route: Route) => Promise<void>) {
    const named = (name: string) => join(ROOT, name);
    const folders = {
      page: folder,
      dist: named("dist"),
      weights: named("weights"),
      samples: named("samples"),
    };
    const server = await serve(folders, headers);
    const page = await browser.newPage();
    const requests: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    try {
      if (answer) await page.route(/\.wasm$/, answer);
      await page.goto(`${server.url}/page/index.html`);
      await page.waitForFunction("globalThis.done !== undefined");
      const done = await page.evaluate<Answer>("done");
      const files = requests.filter((url) => url.endsWith(".wasm"));
      return { ...done, files, texts: requests.filter((url) => TEXT.test(url)).length };
    } finally {
      await page.close();
      server.close();
    }
  }

  test("is compiled while it arrives, the one for shared memory where the page is isolated", async () => {
    const isolated = await visit(ISOLATED);
    expect(isolated).toMatchObject({ people: 3, streamed: 1, texts: 0 });
    expect(isolated.threads).toBeGreaterThan(1);
    expect(isolated.files).toEqual([expect.stringMatching(/\/relaxed-shared-[0-9a-f]{8}\.wasm$/)]);
    const alone = await visit({});
    expect(alone).toMatchObject({ people: 3, threads: 1, streamed: 1, texts: 0 });
    expect(alone.files).toEqual([expect.stringMatching(/\/relaxed-[0-9a-f]{8}\.wasm$/)]);
  });

  test("may be sent as any type", async () => {
    const answer = async (route: Route) => {
      const response = await route.fetch();
      await route.fulfill({ response, contentType: "application/octet-stream" });
    };
    expect(await visit(ISOLATED, answer)).toMatchObject({ people: 3, streamed: 0, texts: 0 });
  });

  const WITHOUT: Readonly<Record<string, (route: Route) => Promise<void>>> = {
    "was left out": (route) => route.fulfill({ status: 404 }),
    "is a page of HTML": (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" }),
    "is cut off and sent as WebAssembly": (route) =>
      route.fulfill({ contentType: "application/wasm", body: Buffer.from([0, 0x61, 0x73, 0x6d, 1]) }),
    "cannot be reached": (route) => route.abort(),
  };
  for (const [what, answer] of Object.entries(WITHOUT)) {
    test(`if it ${what}, the text in the code takes its place`, async () => {
      expect(await visit(ISOLATED, answer)).toMatchObject({ people: 3, texts: 1 });
    });
  }
});
