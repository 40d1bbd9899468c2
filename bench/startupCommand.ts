import type { Command } from "commander";
import { valueOption } from "../src/cli/arguments/options.ts";
import type { Io } from "../src/cli/io.ts";
import { countUpTo } from "./options.ts";
import { describeMachine } from "./results.ts";
import { measureStartup, STARTUPS, startupLine } from "./startup.ts";

const MAX_RUNS = 1000;

interface StartupFlags {
  readonly runs?: number;
}

export function addStartup(program: Command, io: Io): void {
  program
    .command("startup")
    .description("Time from starting Node to the people in an image, minus the time of an empty Node.")
    .addOption(valueOption("--runs <n>", `runs of each, in turn (default: ${STARTUPS})`, countUpTo(MAX_RUNS)))
    .action((flags: StartupFlags) => startup(flags, io));
}

async function startup({ runs = STARTUPS }: StartupFlags, io: Io): Promise<void> {
  io.stdout.write(`${describeMachine()}; minima of ${runs} runs\n`);
  for (const build of ["plain", "relaxed"] as const) {
    io.stdout.write(`${startupLine(await measureStartup(build, runs, io.signal))}\n`);
  }
}
