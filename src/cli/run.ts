import { Command, CommanderError } from "commander";
import { withFlagNames } from "./arguments/flagNames.ts";
import { hintForCommand, hintForFlag } from "./arguments/neighbors.ts";
import { COMMANDS } from "./commands/commands.ts";
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
    const program = await programOf(argv, session);
    await program.parseAsync(argv, { from: "user" });
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

/** With the command that is called, or with all if none is known by that name. */
async function programOf(argv: readonly string[], session: Session): Promise<Command> {
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
  const name = argv.find((argument) => !argument.startsWith("-"));
  const called = name === undefined ? undefined : COMMANDS.get(name);
  for (const load of called ? [called] : COMMANDS.values()) {
    const add = await load();
    add(program, session);
  }
  return program;
}
