/** The built page in Chromium, served as `centernet serve` does: isolated, with its weights beside it. */
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { ROOT } from "../browser/builtPage.ts";
import { chromiumPath, launchChromium, NO_CHROMIUM } from "../browser/chromium.ts";
import { ISOLATED, serve } from "../browser/serve.ts";

export { chromiumPath };

export const SITE_FOLDER = join(ROOT, "dist/site");
/** The rest of the page's folder is its own. */
const FOLDERS = {
  weights: join(ROOT, "weights"),
  goldens: join(ROOT, "test/goldens/tfjs"),
  library: join(ROOT, "dist/browser"),
};

/** What each view shows once it has everything, with the settings that it opens with. */
export const READY = {
  detect: "tbody tr:nth-child(3)",
  network: ".tiles canvas",
  decode: ".map-button canvas",
  triplets: ".pool-panels canvas",
  compare: "text=/All \\d+ layers/",
  load: "table.models",
} as const;
export type View = keyof typeof READY;
export const VIEWS = Object.keys(READY) as View[];

export interface SitePage {
  readonly page: Page;
  /** What the console said of errors, and exceptions that nobody caught. */
  readonly faults: readonly string[];
  /** `GET http://…` of each request, those of service and other workers included. */
  readonly requests: readonly string[];
}

interface VisitOptions {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  /** Runs in the page before its own code. */
  readonly script?: () => void;
}

export class Site {
  private constructor(
    private readonly browser: Browser,
    private readonly server: { readonly url: string; close(): void },
  ) {}

  /** @param flags of the browser, in place of WebGPU on a software adapter. */
  static async open(
    headers: Readonly<Record<string, string>> = ISOLATED,
    flags?: readonly string[],
    folder = SITE_FOLDER,
  ): Promise<Site> {
    if (!chromiumPath) throw new Error(NO_CHROMIUM);
    const server = await serve({ ...FOLDERS, "": folder }, headers);
    return new Site(await launchChromium(flags), server);
  }

  /** A new page at this hash, `detect` or `network?layer=…`. */
  async visit(
    hash: string,
    { width = 1280, height = 800, dark = false, script }: VisitOptions = {},
  ): Promise<SitePage> {
    const context = await this.browser.newContext({
      viewport: { width, height },
      colorScheme: dark ? "dark" : "light",
    });
    const page = await context.newPage();
    const faults: string[] = [];
    const requests: string[] = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    context.on("request", (request) => requests.push(`${request.method()} ${request.url()}`));
    if (script) await page.addInitScript(script);
    await page.goto(`${this.server.url}/index.html#${hash}`);
    return { page, faults, requests };
  }

  /** Numbers of the browser's processes of a kind: `renderer` runs pages. */
  async processes(kind: string): Promise<number[]> {
    const session = await this.browser.newBrowserCDPSession();
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    return processInfo.filter(({ type }) => type === kind).map(({ id }) => id);
  }

  get browserVersion(): string {
    return this.browser.version();
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.server.close();
  }
}

/** The image that the page opens with is detected. */
export async function detected(page: Page): Promise<void> {
  await page
    .getByRole("status")
    .filter({ hasText: /detection/ })
    .first()
    .waitFor();
}
