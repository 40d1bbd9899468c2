/** What a page with a strict content security policy gets: a backend that the policy allows, or an error that names it. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mayBeLeftOut } from "../support/required.ts";
import { ROOT } from "./builtPage.ts";
import { chromiumPath, launchChromium, NO_CHROMIUM } from "./chromium.ts";
import { serve } from "./serve.ts";

const STRICT = "default-src 'self'; script-src 'self'";
const WITH_WASM = `${STRICT} 'wasm-unsafe-eval'`;

/** Scripts that a test has the browser run are free of the policy, so the page does everything by itself. */
const SCRIPT = `
import { load } from "/dist/index.js";
const { backend, taps, gpu } = JSON.parse(decodeURIComponent(location.hash.slice(1)));
if (gpu) WebGL2RenderingContext.prototype.getParameter = new Proxy(WebGL2RenderingContext.prototype.getParameter, {
  apply: (get, gl, [name]) => (name === 0x9246 ? "a card" : get.call(gl, name)),
});
const told = document.createElement("pre");
try {
  const detector = await load("movenet-lightning", { backend });
  const { backend: ranOn, backendDetails } = taps ? await detector.detect("/samples/people.jpg", { taps }) : detector.network;
  told.textContent = JSON.stringify({ ranOn, note: backendDetails.note });
} catch ({ name, message }) {
  told.textContent = JSON.stringify({ error: name + ": " + message });
}
document.body.append(told);
`;

interface Wanted {
  readonly backend: string;
  readonly taps?: readonly string[];
  /** WebGL 2 names a graphics card. */
  readonly gpu?: boolean;
}

const noWasm = (backend: string) =>
  `backend ${backend}: expected a page that may use WebAssembly, got a content security policy that forbids it. Allow it with script-src 'wasm-unsafe-eval', or choose another backend.`;
const noFunctions = (where: string, instead: string) =>
  `${where}: expected a page that may use functions made from text, got a content security policy that forbids it. Allow it with script-src 'unsafe-eval', or ${instead}.`;

describe.skipIf(!chromiumPath && mayBeLeftOut)("a page with a content security policy", () => {
  let folder: string;
  let browser: Browser;

  beforeAll(async () => {
    if (!chromiumPath) throw new Error(NO_CHROMIUM);
    folder = await mkdtemp(join(tmpdir(), "centernet-policy-"));
    await writeFile(
      join(folder, "index.html"),
      '<!doctype html><body><script type="module" src="page.js"></script>',
    );
    await writeFile(join(folder, "page.js"), SCRIPT);
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function onPage(
    policy: string,
    wanted: Wanted,
  ): Promise<{ ranOn?: string; note?: string; error?: string }> {
    const [dist, weights, samples] = ["dist/browser", "weights", "samples"].map((name) => join(ROOT, name));
    const headers = { "Content-Security-Policy": policy };
    const server = await serve({ page: folder, dist, weights, samples }, headers);
    const page = await browser.newPage();
    try {
      await page.goto(`${server.url}/page/index.html#${encodeURIComponent(JSON.stringify(wanted))}`);
      return JSON.parse((await page.locator("pre").textContent({ timeout: 120_000 })) ?? "");
    } finally {
      await page.close();
      server.close();
    }
  }

  test("that forbids WebAssembly is named by wasm, webasm and auto, with the directive", async () => {
    for (const backend of ["wasm", "webasm"]) {
      expect(await onPage(STRICT, { backend })).toEqual({ error: `BackendError: ${noWasm(backend)}` });
    }
    expect(await onPage(STRICT, { backend: "auto" })).toEqual({ error: `BackendError: ${noWasm("wasm")}` });
  });

  test("that forbids functions from text is named by cpu and by taps, with the directive", async () => {
    const error = `BackendError: ${noFunctions("backend cpu", "choose another backend")}`;
    expect(await onPage(STRICT, { backend: "cpu" })).toEqual({ error });
    const taps = ["backbone.stem.relu6"];
    expect(await onPage(WITH_WASM, { backend: "wasm", taps })).toEqual({
      error: `BackendError: ${noFunctions("option taps", "leave taps out")}`,
    });
    expect(await onPage(`${STRICT} 'unsafe-eval'`, { backend: "wasm", taps })).toMatchObject({
      ranOn: "wasm",
    });
  });

  test("that allows WebAssembly is enough for wasm and auto", async () => {
    for (const backend of ["wasm", "auto"]) {
      expect(await onPage(WITH_WASM, { backend })).toMatchObject({ ranOn: "wasm" });
    }
  });

  test("that forbids WebAssembly lets auto go on to a GPU, and the note says why", async () => {
    const { ranOn, note } = await onPage(STRICT, { backend: "auto", gpu: true });
    expect(ranOn).toBe("webgl2");
    expect(note).toContain(`wasm is not used: ${noWasm("wasm")}`);
  });

  test("that forbids everything but its own scripts is enough for wgsl", async () => {
    expect(await onPage(STRICT, { backend: "wgsl" })).toEqual({ ranOn: "wgsl" });
  });
});
