/** The built page in Chromium, served as `centernet serve` does: isolated, with its weights beside it. */
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { ROOT } from "../browser/builtPage.ts";
import { chromiumPath, launchChromium, NO_CHROMIUM } from "../browser/chromium.ts";
import { ISOLATED, serve } from "../browser/serve.ts";

export { chromiumPath };

/** The rest of the page's folder is its own. */
const FOLDERS = { weights: join(ROOT, "weights"), goldens: join(ROOT, "test/goldens/tfjs") };

export interface SitePage {
  readonly page: Page;
  /** What the console said of errors, and exceptions that nobody caught. */
  readonly faults: readonly string[];
}

export class Site {
  private constructor(
    private readonly browser: Browser,
    private readonly server: { readonly url: string; close(): void },
  ) {}

  static async open(headers: Readonly<Record<string, string>> = ISOLATED): Promise<Site> {
    if (!chromiumPath) throw new Error(NO_CHROMIUM);
    const server = await serve({ ...FOLDERS, "": join(ROOT, "dist/site") }, headers);
    return new Site(await launchChromium(), server);
  }

  /** A new page at this hash, `detect` or `network?layer=…`. */
  async visit(hash: string, { width = 1280, height = 800, dark = false } = {}): Promise<SitePage> {
    const context = await this.browser.newContext({
      viewport: { width, height },
      colorScheme: dark ? "dark" : "light",
    });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    await page.goto(`${this.server.url}/index.html#${hash}`);
    return { page, faults };
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.server.close();
  }
}
