import { Command, CommanderError } from "commander";
import { errorMessage } from "../src/cli/errorMessage.ts";
import { EXIT, type ExitCode } from "../src/cli/exitCode.ts";
import { exitCodeOf } from "../src/cli/exitCodeOf.ts";
import { complain, type Io } from "../src/cli/io.ts";
import { processIo } from "../src/cli/processIo.ts";
import { usageError } from "../src/cli/usageError.ts";
import { addGpu } from "./gpu/gpuCommand.ts";
import { addPeers } from "./peersCommand.ts";
import { addScaling } from "./scalingCommand.ts";

/** Runs one call of the benchmark, arguments without the program's name. Never throws. */
export async function runBench(argv: readonly string[], io: Io): Promise<ExitCode> {
  const program = new Command("npm run bench --")
    .description("Measures centernet, and the programs that it is compared with, on this machine.")
    .helpOption("-h, --help", "print this help")
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  addPeers(program, io);
  addScaling(program, io);
  addGpu(program, io);
  try {
    await program.parseAsync(argv, { from: "user" });
    return EXIT.fine;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.fine;
    complain(io, io.signal.aborted ? "interrupted" : messageOf(error, io.debug));
    return exitCodeOf(io.signal.aborted ? io.signal.reason : error);
  }
}

function messageOf(error: unknown, debug: boolean): string {
  if (!(error instanceof CommanderError)) return errorMessage(error, debug);
  return usageError(error, "npm run bench --").message;
}

/** What takes seconds, where nothing is said. */
const DEFAULT = ["peers", "--only", "movenet-multipose", "--threads", "1"];

const argv = process.argv.slice(2);
process.exitCode = await runBench(argv.length > 0 ? argv : DEFAULT, processIo());
