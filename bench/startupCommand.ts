import { join } from "node:path";
import type { Command } from "commander";
import { parsePath, valueOption } from "../src/cli/arguments/options.ts";
import { type Io, print } from "../src/cli/io.ts";
import { formatTable } from "../src/cli/terminal/table.ts";
import { type BrowserStart, measureBrowserStart } from "./browserStart.ts";
import { countUpTo } from "./options.ts";
import { inRepository } from "./paths.ts";
import { describeMachine } from "./results.ts";
import { measureStartup, STARTUPS, startupLine } from "./startup.ts";

const MAX_RUNS = 1000;

interface StartupFlags {
  readonly runs?: number;
  readonly browser?: boolean;
  readonly other?: string;
}

export function addStartup(program: Command, io: Io): void {
  program
    .command("startup")
    .description("Time from starting Node to the people in an image, minus the time of an empty Node.")
    .addOption(valueOption("--runs <n>", `runs of each, in turn (default: ${STARTUPS})`, countUpTo(MAX_RUNS)))
    .option(
      "--browser",
      "from navigation to the people in an image, in a page whose files Chromium has cached",
    )
    .addOption(valueOption("--other <dist>", "with --browser: another build, visited in turns", parsePath))
    .action((flags: StartupFlags) => startup(flags, io));
}

async function startup({ runs = STARTUPS, browser, other }: StartupFlags, io: Io): Promise<void> {
  print(io, `${describeMachine()}; minima of ${runs} runs`);
  if (browser) {
    const builds = [inRepository("dist"), ...(other ? [other] : [])];
    const starts = await measureBrowserStart(builds, runs, io.signal);
    for (const line of tableOf(new Map(builds.map((build, index) => [build, starts[index]]))))
      print(io, line);
    return;
  }
  for (const build of ["plain", "relaxed"] as const) {
    print(io, startupLine(await measureStartup(build, runs, io.signal)));
  }
}

const FIGURES = {
  imported: "code",
  loaded: "load",
  detected: "people",
  secondLoad: "second load",
} satisfies Partial<Record<keyof BrowserStart, string>>;

/** In milliseconds since navigation; the second `load` since its call. */
function tableOf(starts: ReadonlyMap<string, readonly BrowserStart[]>): string[] {
  const keys = Object.keys(FIGURES) as (keyof typeof FIGURES)[];
  return formatTable(
    [
      { heading: "build", align: "left" },
      ...keys.map((key) => ({ heading: `${FIGURES[key]} (ms)`, align: "right" as const })),
    ],
    [...starts].map(([build, visits]) => [
      join(build, "browser"),
      ...keys.map((key) => Math.min(...visits.map((visit) => visit[key])).toFixed(0)),
    ]),
  );
}
