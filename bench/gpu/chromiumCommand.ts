import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { build } from "esbuild";
import { valueOption } from "../../src/cli/arguments/options.ts";
import { type Io, print } from "../../src/cli/io.ts";
import { BackendError } from "../../src/errors.ts";
import { modelNamed } from "../../src/models/models.ts";
import { chromiumPath, launchChromium, NO_CHROMIUM } from "../../test/browser/chromium.ts";
import { ISOLATED, serve } from "../../test/browser/serve.ts";
import { countUpTo, listOption } from "../options.ts";
import { HOST_PAGE } from "../paths.ts";
import { machineAndVersions } from "../results.ts";
import { keep, wantedNetworks } from "./gpuOptions.ts";
import type { HostPage } from "./hostPage.ts";
import { type HostTimes, hostTable } from "./hostTimes.ts";

const HELP = `
The stage host of the command gpu, in headless Chromium: the time that an image
takes on the page's thread. Work in the browser's GPU process is not measured.

Example:
  npm run bench -- gpu-chromium --only movenet-multipose --size 128`;

interface ChromiumFlags {
  readonly only?: readonly string[];
  readonly size?: number;
  readonly runs?: number;
  readonly json?: string;
}

export function addGpuChromium(program: Command, io: Io): void {
  program
    .command("gpu-chromium")
    .description("Measure the CPU time of an image on wgsl in headless Chromium.")
    .addOption(
      listOption(
        "--only <models>",
        "only these models, see centernet models",
        (name) => modelNamed(name).name,
      ),
    )
    .addOption(
      valueOption("--size <pixels>", "side of the square input (default: the model's)", countUpTo(4096)),
    )
    .addOption(valueOption("--runs <n>", "runs per network (default: 20)", countUpTo(1000)))
    .addOption(valueOption("--json <file>", "write the results to this file", (path) => path))
    .addHelpText("after", HELP)
    .action((flags: ChromiumFlags) => measure(flags, io));
}

async function measure({ only, size, runs = 20, json }: ChromiumFlags, io: Io): Promise<void> {
  if (!chromiumPath) {
    throw new BackendError({
      where: "bench gpu-chromium",
      expected: "Chromium",
      got: "none",
      hint: NO_CHROMIUM,
    });
  }
  const page = await openPage();
  try {
    const { date, machine, versions } = machineAndVersions();
    const adapter = await page.call("adapterName");
    print(io, `${adapter}, Chromium ${page.version}, ${runs} runs each`);
    const host: HostTimes[] = [];
    for (const network of wantedNetworks({ only, size })) {
      host.push(await page.call("hostTimes", network, runs));
      const { centernet } = versions;
      await keep(
        { date, machine, adapter, versions: { centernet, chromium: page.version }, runs, host },
        json,
      );
    }
    print(io, hostTable(host).join("\n"));
  } finally {
    await page.close();
  }
}

interface OpenPage {
  /** Version of the browser. */
  readonly version: string;
  call<Name extends keyof HostPage>(
    name: Name,
    ...args: Parameters<HostPage[Name]>
  ): Promise<Awaited<ReturnType<HostPage[Name]>>>;
  close(): Promise<void>;
}

async function openPage(): Promise<OpenPage> {
  const folder = await mkdtemp(join(tmpdir(), "centernet-bench-"));
  const outfile = join(folder, "page.js");
  await build({ entryPoints: [HOST_PAGE], outfile, bundle: true, format: "esm", logLevel: "error" });
  await writeFile(join(folder, "index.html"), '<script type="module" src="page.js"></script>');
  // The clock of an isolated page has a resolution of 5 microseconds, otherwise 100.
  const server = await serve({ bench: folder }, ISOLATED);
  const browser = await launchChromium();
  const page = await browser.newPage();
  await page.goto(`${server.url}/bench/index.html`);
  await page.waitForFunction("globalThis.page !== undefined");
  return {
    version: browser.version(),
    call: (name, ...args) => page.evaluate(`page.${name}(...${JSON.stringify(args)})`),
    async close() {
      await browser.close();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
