import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { build } from "vite";
import { chromiumPath, launchChromium, NO_CHROMIUM } from "./chromium.ts";
import type { PageTests } from "./page/page.ts";
import { serve } from "./serve.ts";

export const ROOT = new URL("../..", import.meta.url).pathname;

export interface OpenPage {
  /** Calls one of the page's tests. */
  call<Name extends keyof PageTests>(
    name: Name,
    ...args: Parameters<PageTests[Name]>
  ): Promise<Awaited<ReturnType<PageTests[Name]>>>;
}

/** The page of tests, bundled, and a browser to open it in. */
export interface BuiltPage {
  /** From a server of its own, which sends these headers. */
  open(headers: Readonly<Record<string, string>>): Promise<OpenPage>;
  close(): Promise<void>;
}

export async function buildPage(): Promise<BuiltPage> {
  if (!chromiumPath) throw new Error(NO_CHROMIUM);
  const folder = await mkdtemp(join(tmpdir(), "centernet-page-"));
  const root = join(ROOT, "test/browser/page");
  // Vite's default minifier renames what it may: the kernels must not care.
  const alias = { centernet: join(ROOT, "dist/browser/index.js") };
  const output = { outDir: folder, emptyOutDir: true };
  await build({ root, base: "/page/", logLevel: "error", resolve: { alias }, build: output });
  const folders = {
    page: folder,
    weights: join(ROOT, "weights"),
    goldens: join(ROOT, "test/goldens"),
    samples: join(ROOT, "samples"),
  };
  const browser: Browser = await launchChromium();
  const servers: { close(): void }[] = [];
  return {
    async open(headers) {
      const server = await serve(folders, headers);
      servers.push(server);
      const page = await browser.newPage();
      await page.goto(`${server.url}/page/index.html`);
      await page.waitForFunction("globalThis.tests !== undefined");
      return {
        call: (name, ...args) => page.evaluate(`tests.${name}(...${JSON.stringify(args)})`),
      };
    },
    async close() {
      await browser.close();
      for (const server of servers) server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
