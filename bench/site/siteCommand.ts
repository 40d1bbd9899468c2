import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { valueOption } from "../../src/cli/arguments/options.ts";
import { type Io, print } from "../../src/cli/io.ts";
import { formatTable } from "../../src/cli/terminal/table.ts";
import { BackendError, UsageError } from "../../src/errors.ts";
import { chromiumPath, NO_CHROMIUM } from "../../test/browser/chromium.ts";
import { SITE_FOLDER, Site } from "../../test/site/page.ts";
import { countUpTo, listOption, oneOf } from "../options.ts";
import { RESULTS } from "../paths.ts";
import { progressLine } from "../progressLine.ts";
import { describeMachine, machineAndVersions } from "../results.ts";
import { measureCodeSize } from "./codeSize.ts";
import { measureFirstDetection } from "./firstDetection.ts";
import { measureHeldMemory } from "./heldMemory.ts";
import { measureHourglass } from "./hourglass.ts";
import { type Figure, firstDetectionFigures, hourglassFigures } from "./siteFigures.ts";
import { measureStaticFolder } from "./staticFolder.ts";

const PARTS = ["detection", "size", "static", "memory", "hourglass"] as const;
type Part = (typeof PARTS)[number];
const DEFAULT_RUNS = 3;

const HELP = `
The page in headless Chromium. detection: from navigation to the first one, and
the longest tasks on the page's thread, medians of the runs. size: code that is
loaded until then. static: a host without headers. memory: after 50 images and 20
changes of the model. hourglass: Hourglass-104 at 128 x 128 with synthetic
weights, which takes about a minute and 3 GB. All parts together are written to
bench/results. The machine must be idle.

Example:
  npm run bench -- site --only detection,size`;

interface SiteFlags {
  readonly only?: readonly Part[];
  readonly runs?: number;
}

export function addSite(program: Command, io: Io): void {
  program
    .command("site")
    .description("Measure the page: first detection, long tasks, answers during a run, memory.")
    .addOption(listOption("--only <parts>", `only these: ${PARTS.join(", ")}`, oneOf(PARTS)))
    .addOption(
      valueOption("--runs <n>", `runs of the part detection (default: ${DEFAULT_RUNS})`, countUpTo(100)),
    )
    .addHelpText("after", HELP)
    .action((flags: SiteFlags) => measureSite(flags, io));
}

async function measureSite({ only, runs = DEFAULT_RUNS }: SiteFlags, io: Io): Promise<void> {
  const chromium = await browserVersion();
  const { report, hide } = progressLine(io.stderr);
  const figures: Figure[] = [];
  for (const part of only ?? PARTS) {
    report(part);
    figures.push(...(await FIGURES[part]({ runs, report })));
    io.signal.throwIfAborted();
  }
  hide();
  for (const line of [`${describeMachine()}, Chromium ${chromium}`, ...tableOf(figures)]) print(io, line);
  if (only) return;
  const { date, machine, versions } = machineAndVersions();
  await mkdir(RESULTS, { recursive: true });
  const path = join(RESULTS, `site-${date.slice(0, 16).replace(":", "")}.json`);
  const results = { date, machine, versions: { ...versions, chromium }, runs, figures };
  await writeFile(path, `${JSON.stringify(results, null, 2)}\n`);
  io.stderr.write(`written to ${path}\n`);
}

const FIGURES: Readonly<
  Record<Part, (tools: { runs: number; report: (text: string) => void }) => Promise<readonly Figure[]>>
> = {
  async detection({ runs, report }) {
    const measured = [];
    for (let run = 1; run <= runs; run++) {
      report(`detection, run ${run} of ${runs}`);
      measured.push(await measureFirstDetection());
    }
    return firstDetectionFigures(measured);
  },
  async size() {
    const { minified, compressed } = await measureCodeSize();
    return [
      { what: "code until the first detection, minified", value: minified, unit: "kB" },
      { what: "code until the first detection, compressed", value: compressed, unit: "kB", limit: 220 },
    ];
  },
  async static() {
    const { isolated, detected } = await measureStaticFolder();
    return [
      { what: "static folder: isolated", value: isolated, unit: "ms" },
      { what: "static folder: detected", value: detected, unit: "ms" },
    ];
  },
  async memory() {
    const { images, models, before, after } = await measureHeldMemory();
    const what = `memory after ${images} images and ${models} changes of the model, before ${before.toFixed(0)} MB`;
    return [{ what, value: after, unit: "MB", limit: 1.1 * before }];
  },
  async hourglass({ report }) {
    return hourglassFigures(await measureHourglass(report));
  },
};

/** @throws BackendError or UsageError if there is no browser, or no page. */
async function browserVersion(): Promise<string> {
  if (!chromiumPath) {
    throw new BackendError({ where: "bench site", expected: "Chromium", got: "none", hint: NO_CHROMIUM });
  }
  if (!existsSync(join(SITE_FOLDER, "index.html"))) {
    const hint = "Build it with npm run build.";
    throw new UsageError({ where: SITE_FOLDER, expected: "the built page", got: "none", hint });
  }
  const site = await Site.open();
  const { browserVersion: version } = site;
  await site.close();
  return version;
}

function tableOf(figures: readonly Figure[]): string[] {
  return formatTable(
    [
      { heading: "measured", align: "left" },
      { heading: "", align: "right" },
      { heading: "", align: "left" },
      { heading: "at most", align: "right" },
    ],
    figures.map(({ what, value, unit, limit }) => [
      what,
      value.toFixed(value < 10 ? 1 : 0),
      unit,
      limit === undefined ? "" : limit.toFixed(0),
    ]),
  );
}
