import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { version } from "../../../src/cli/version.ts";
import { BackendError } from "../../../src/errors.ts";
import { launchChromium } from "../../../test/browser/chromium.ts";
import { ISOLATED, serve } from "../../../test/browser/serve.ts";
import { BROWSER_LIBRARY, NETWORK_PAGE, PEER_PACKAGES } from "../../paths.ts";
import type { NetworkFiles } from "../../prepareNetwork.ts";
import type { Answers, RemoteEngine, Request } from "../childEngine.ts";
import type { NetworkPage } from "./page.ts";

/** Peers are left as they are installed: the page finds them by this map. */
const IMPORTS = {
  "@litertjs/core": "/litert/dist/index.js",
  "@litertjs/wasm-utils": "/litert-utils/dist/index.js",
};

/** An isolated page in headless Chromium into which engines are loaded, so that they run in the same conditions. */
export class ChromiumPage {
  private readonly stop = () => void this.close();
  /** What LiteRT.js said in the console of its errors: it goes on after some, with numbers that mean nothing. */
  private readonly faults: string[] = [];

  private constructor(
    private readonly browser: Browser,
    private readonly page: Page,
    private readonly files: NetworkFiles,
    private readonly peerVersion: string,
    private readonly release: () => Promise<void>,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener("abort", this.stop);
    page.on("console", (message) => {
      const [, fault] = /^ERROR: (?:\[[^\]]*\] )?(.*)/.exec(message.text()) ?? [];
      if (fault) this.faults.push(fault);
    });
  }

  /** @throws BackendError if LiteRT.js is not installed. */
  static async open(files: NetworkFiles, signal: AbortSignal): Promise<ChromiumPage> {
    const peerVersion = await liteRtVersion();
    const folder = await bundledPage();
    const litert = join(PEER_PACKAGES, "@litertjs/core");
    const folders = {
      page: folder,
      library: BROWSER_LIBRARY,
      litert,
      "litert-utils": join(litert, "../wasm-utils"),
      weights: dirname(files.weights),
      image: dirname(files.image),
      network: files.folder,
    };
    const server = await serve(folders, ISOLATED);
    const browser = await launchChromium([]);
    const release = async () => {
      await browser.close();
      server.close();
      await rm(folder, { recursive: true, force: true });
    };
    try {
      const page = await browser.newPage();
      await page.goto(`${server.url}/page/index.html`);
      await page.waitForFunction("globalThis.page !== undefined");
      return new ChromiumPage(browser, page, files, peerVersion, release, signal);
    } catch (error) {
      await release();
      throw error;
    }
  }

  get title(): string {
    return `Chromium ${this.browser.version().split(".")[0]}`;
  }

  /** @param where names the engine in errors. */
  engine(where: string): RemoteEngine {
    let index = -1;
    const ask = async (request: Request): Promise<unknown> => {
      if (request.kind === "load") {
        const spec = { ...request.spec, files: this.addresses() };
        const from = spec.engine === "centernet" ? version() : this.peerVersion;
        const loaded = await this.call("load", { spec, version: from });
        index = loaded.index;
        return loaded;
      }
      if (request.kind === "run" || request.kind === "outputs") return this.call(request.kind, index);
      throw new Error(`a page does not answer ${request.kind}`);
    };
    return {
      sharesMemory: true,
      ask: async <Kind extends Request["kind"]>(request: Request & { kind: Kind }) => {
        this.faults.length = 0;
        try {
          const answer = (await ask(request)) as Answers[Kind];
          if (this.faults.length > 0) throw new Error(this.faults[0]);
          return answer;
        } catch (error) {
          this.signal.throwIfAborted();
          const [got] = String(error instanceof Error ? error.message : error).split("\n");
          throw new BackendError(
            { where, expected: `it to ${request.kind} in ${this.title}`, got },
            { cause: error },
          );
        }
      },
      end: () => {},
    };
  }

  async close(): Promise<void> {
    this.signal.removeEventListener("abort", this.stop);
    await this.release();
  }

  private call<Name extends keyof NetworkPage>(
    name: Name,
    ...args: Parameters<NetworkPage[Name]>
  ): Promise<Awaited<ReturnType<NetworkPage[Name]>>> {
    this.signal.throwIfAborted();
    return this.page.evaluate(`page.${name}(...${JSON.stringify(args)})`);
  }

  private addresses(): NetworkFiles {
    const { weights, image, tflite } = this.files;
    return {
      folder: "/network",
      weights: `/weights/${basename(weights)}`,
      image: `/image/${basename(image)}`,
      ...(tflite && { tflite: `/network/${basename(tflite)}` }),
    };
  }
}

async function bundledPage(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "centernet-bench-"));
  const outfile = join(folder, "page.js");
  await build({ entryPoints: [NETWORK_PAGE], outfile, bundle: true, format: "esm", logLevel: "error" });
  const map = `<script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>`;
  await writeFile(
    join(folder, "index.html"),
    `<!doctype html>${map}<body><script type="module" src="page.js"></script></body>`,
  );
  return folder;
}

async function liteRtVersion(): Promise<string> {
  const path = join(PEER_PACKAGES, "@litertjs/core/package.json");
  if (existsSync(path)) return JSON.parse(await readFile(path, "utf8")).version;
  throw new BackendError({
    where: "package @litertjs/core",
    expected: "it in bench/node_modules",
    got: "none",
    hint: "npm ci --prefix bench installs it.",
  });
}
