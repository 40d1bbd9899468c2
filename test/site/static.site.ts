/** The page on a host that sends no headers: isolated by its own service worker, of use without a network. */
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "../browser/builtPage.ts";
import { chromiumPath, launchChromium, NO_CHROMIUM } from "../browser/chromium.ts";
import { mayBeLeftOut } from "../support/required.ts";

const TYPES: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

/** As hosts of static pages do: below a path, with a type and nothing else. */
class Host {
  readonly requests: string[] = [];
  /** Sent in place of a file. */
  readonly instead = new Map<string, string>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async open(folder: string): Promise<Host> {
    const server = createServer(async (request, response) => {
      const path = new URL(request.url ?? "/", "http://localhost").pathname.replace(/^\/project\//, "");
      host.requests.push(`${request.method} ${path}`);
      const name = path || "index.html";
      const content = host.instead.get(name) ?? (await readFile(join(folder, name)).catch(() => undefined));
      if (content === undefined) return response.writeHead(404).end();
      response.writeHead(200, { "Content-Type": TYPES[extname(name)] ?? "application/octet-stream" });
      response.end(content);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const host: Host = new Host(
      server,
      `http://127.0.0.1:${(server.address() as AddressInfo).port}/project/`,
    );
    return host;
  }

  close(): Promise<unknown> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    return closed;
  }
}

describe.skipIf(!chromiumPath && mayBeLeftOut)("the static page", () => {
  let folder: string;
  let browser: Browser;
  beforeAll(async () => {
    if (!chromiumPath) throw new Error(NO_CHROMIUM);
    folder = await mkdtemp(join(tmpdir(), "centernet-static-"));
    const write = `import { writeStaticSite } from "./scripts/staticSite.mjs"; await writeStaticSite("${folder}");`;
    // Twice: an earlier page is replaced.
    execFileSync(process.execPath, ["--input-type=module", "-e", write + write.replace(/^.*?;/, "")], {
      cwd: ROOT,
    });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  interface Visit {
    readonly page: Page;
    readonly faults: readonly string[];
    readonly loads: () => number;
    readonly detected: () => Promise<void>;
  }

  async function visit(url: string, options: { serviceWorkers?: "block" } = {}): Promise<Visit> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const faults: string[] = [];
    let loads = 0;
    // A reload may come before the document before it is complete.
    page.on("request", (request) => request.isNavigationRequest() && loads++);
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    await page.goto(url);
    const detected = () =>
      page
        .getByRole("row", { name: /person/ })
        .nth(2)
        .waitFor();
    return { page, faults, loads: () => loads, detected };
  }

  test.concurrent("is isolated after one reload, then works offline, under its policy and with GETs of its own files", async ({
    expect,
  }) => {
    const host = await Host.open(folder);
    const { page, faults, loads, detected } = await visit(host.url);
    await page.waitForFunction(() => crossOriginIsolated);
    await detected();
    expect(await page.locator("main").innerText()).toMatch(/wasm \(.*, \d+ threads\)/);
    // Everything that it kept, before the host goes.
    await expect
      .poll(() => page.evaluate(async () => (await caches.match("samples/cat.jpg")) !== undefined), {
        timeout: 20_000,
      })
      .toBe(true);
    expect(host.requests.every((request) => request.startsWith("GET "))).toBe(true);
    expect(loads()).toBe(2);
    await host.close();
    await page.reload();
    await detected();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await page.getByRole("combobox", { name: "Sample" }).selectOption("grace-hopper.jpg");
    await page.getByText("grace-hopper.jpg").first().waitFor();
    expect(loads()).toBe(3);
    expect(faults).toEqual([]);
    // Weights that were not used yet are not there.
    await page.getByRole("combobox", { name: "Model" }).selectOption("movenet-lightning");
    const sentence =
      "movenet-lightning: expected its weights, got no network, and none kept: this page keeps weights from their first use on. Connect to the network and run it again, or open a file of them in the view Load.";
    await page.getByText(sentence, { exact: true }).waitFor();
    await page.getByRole("button", { name: "Run again" }).waitFor();
    await page.getByRole("link", { name: "Load", exact: true }).click();
    await page.getByRole("button", { name: "movenet-lightning" }).click();
    await page.locator(".opened").getByText(sentence, { exact: true }).waitFor();
  });

  test.concurrent("runs on one thread without service workers, and does not reload", async () => {
    const host = await Host.open(folder);
    const { page, faults, loads, detected } = await visit(host.url, { serviceWorkers: "block" });
    await detected();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    expect(await page.locator("main").innerText()).toContain("wasm runs on one thread");
    expect(loads()).toBe(1);
    expect(faults).toEqual([]);
    await host.close();
  });

  test.concurrent("reloads once at most if its service worker does not isolate it", async () => {
    const host = await Host.open(folder);
    const claims = 'addEventListener("activate", (event) => event.waitUntil(clients.claim()));';
    host.instead.set("service-worker.js", claims);
    const { page, faults, loads, detected } = await visit(host.url);
    await detected();
    // Loops of other pages come round within a second.
    await page.waitForTimeout(10_000);
    expect(loads()).toBe(2);
    await detected();
    expect(faults).toEqual([]);
    await host.close();
  });

  test.concurrent("is taken from the network when its host has a new one", async () => {
    const host = await Host.open(folder);
    const { page, detected } = await visit(host.url);
    await page.waitForFunction(() => crossOriginIsolated);
    await detected();
    const index = await readFile(join(folder, "index.html"), "utf8");
    host.instead.set("index.html", index.replace("<title>", "<title>new "));
    await page.reload();
    await detected();
    expect(await page.title()).toContain("new ");
    await host.close();
  });
});

test("the static page is not written over other files", async () => {
  const write = 'import { writeStaticSite } from "./scripts/staticSite.mjs"; await writeStaticSite("src");';
  expect(() =>
    execFileSync(process.execPath, ["--input-type=module", "-e", write], { cwd: ROOT, stdio: "pipe" }),
  ).toThrow("src: expected an empty folder, or one with an earlier page, got other files");
});
