import { Command, CommanderError } from "commander";
import { EXIT, type ExitCode, errorMessage, exitCodeOf, usageError } from "../src/cli/failures.ts";
import { type Io, printError } from "../src/cli/io.ts";
import { addEvalBench } from "./evalCommand.ts";
import { addFaces } from "./facesCommand.ts";
import { addFolder } from "./folderCommand.ts";
import { addGpuChromium } from "./gpu/chromiumCommand.ts";
import { addGpu } from "./gpu/gpuCommand.ts";
import { addPeers } from "./peersCommand.ts";
import { addScaling } from "./scalingCommand.ts";
import { addSite } from "./site/siteCommand.ts";
import { addStartup } from "./startupCommand.ts";

/** The command, as typed in the repository. */
const PROGRAM = "npm run bench --";

/** Runs the benchmark with these arguments, which exclude the program's name. Never throws. */
export async function runBench(argv: readonly string[], io: Io): Promise<ExitCode> {
  const program = new Command(PROGRAM)
    .description("Measures centernet, and the programs that it is compared with, on this machine.")
    .helpOption("-h, --help", "print this help")
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  addPeers(program, io);
  addScaling(program, io);
  addStartup(program, io);
  addEvalBench(program, io);
  addFaces(program, io);
  addFolder(program, io);
  addSite(program, io);
  addGpu(program, io);
  addGpuChromium(program, io);
  try {
    await program.parseAsync(argv, { from: "user" });
    return EXIT.fine;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.fine;
    if (io.signal.aborted) {
      printError(io, "interrupted");
      return exitCodeOf(io.signal.reason);
    }
    const fault = error instanceof CommanderError ? usageError(error, PROGRAM) : error;
    printError(io, errorMessage(fault, io.debug));
    return exitCodeOf(fault);
  }
}
