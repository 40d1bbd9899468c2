import { Command, CommanderError } from "commander";
import { withFlagNames } from "./arguments/flagNames.ts";
import { hintForCommand, hintForFlag } from "./arguments/neighbors.ts";
import { addAnonymize } from "./commands/anonymize.ts";
import { addCompare } from "./commands/compare.ts";
import { addConvert } from "./commands/convert.ts";
import { addDescribe } from "./commands/describe.ts";
import { addDetect } from "./commands/detect.ts";
import { addEval } from "./commands/eval.ts";
import { addExport } from "./commands/export.ts";
import { addInspect } from "./commands/inspect.ts";
import { addMerge } from "./commands/merge.ts";
import { addModels } from "./commands/models.ts";
import { addPull } from "./commands/pull.ts";
import { addServe } from "./commands/serve.ts";
import { addVerify } from "./commands/verify.ts";
import {
  EXIT,
  type ExitCode,
  errorMessage,
  exitCodeOf,
  Interruption,
  isSilent,
  usageError,
} from "./failures.ts";
import { type Io, printError, type Session } from "./io.ts";
import { version } from "./version.ts";

/** Runs one `centernet` command; `argv` excludes the program's name. Never throws: errors become exit codes. */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  const session: Session = { ...io, exitCode: EXIT.fine };
  try {
    await programOf(session).parseAsync(argv, { from: "user" });
    // A closed pipe is reported only after the write.
    await new Promise(setImmediate);
    io.signal.throwIfAborted();
    return session.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return endedByCommander(error, argv, io);
    if (!isSilent(error))
      printError(
        io,
        error instanceof Interruption ? error.message : errorMessage(withFlagNames(error), io.debug),
      );
    return exitCodeOf(error);
  }
}

/** Commander reports --help and --version as errors too, after printing them. */
function endedByCommander(error: CommanderError, argv: readonly string[], io: Io): ExitCode {
  if (error.exitCode === 0) return EXIT.fine;
  if (error.code === "commander.help") return EXIT.usage;
  const command = argv.find((argument) => !argument.startsWith("-"));
  const fault = usageError(error, "centernet", (code, name) => {
    if (code === "commander.unknownCommand") return hintForCommand(name);
    return code === "commander.unknownOption" ? hintForFlag(name, command) : undefined;
  });
  printError(io, fault.message);
  return EXIT.usage;
}

function programOf(session: Session): Command {
  const program = new Command("centernet")
    .description("Finds objects and people's poses in images with networks of the CenterNet family.")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "Print the help of a command.")
    .configureOutput({
      writeOut: (text) => session.stdout.write(text),
      writeErr: (text) => session.stderr.write(text),
      // `run` prints the thrown error.
      outputError: () => {},
      getOutHelpWidth: () => session.stdout.columns ?? 80,
      getErrHelpWidth: () => session.stderr.columns ?? 80,
    })
    .exitOverride()
    .addHelpText(
      "after",
      `
Examples:
  centernet detect samples/people.jpg
  centernet detect photos --json results.jsonl --no-draw
  centernet anonymize photos --out masked
  centernet serve --open
  centernet detect --help

Exit codes: 0 fine, 1 usage, 2 model not loadable, 3 some images failed,
4 beyond tolerance, 70 a bug of this program, 74 a shard cannot be written
now, 130 interrupted (Ctrl-C), 141 output pipe closed, 143 terminated.`,
    );
  for (const add of [
    addDetect,
    addAnonymize,
    addModels,
    addPull,
    addDescribe,
    addVerify,
    addMerge,
    addEval,
    addCompare,
    addConvert,
    addExport,
    addInspect,
    addServe,
  ]) {
    add(program, session);
  }
  return program;
}
