import { CommanderError } from "commander";
import {
  BackendError,
  CenterNetError,
  type Fault,
  ImageError,
  ModelError,
  oneLine,
  UsageError,
} from "../errors.ts";

/** Exit codes of `centernet`. */
export const EXIT = {
  fine: 0,
  /** The command line is wrong, or an output file cannot be written. */
  usage: 1,
  /** The model, its weights or the backend cannot be loaded. */
  model: 2,
  /** Some images failed; the others were processed. */
  images: 3,
  /** A golden case, or a comparison, exceeds its tolerance. */
  verification: 4,
  /** A bug in this program (`EX_SOFTWARE` of sysexits.h). */
  bug: 70,
  /** A file of a run of many cannot be written now: a full disk, a lost mount (`EX_IOERR`). Trying again may help. */
  writing: 74,
  /** 128 plus the signal's number, as shells report it: SIGINT, SIGPIPE, SIGTERM. */
  interrupted: 130,
  closedPipe: 141,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The one line that the user reads about an error. With `debug`, an unexpected error shows its stack instead. */
export function errorMessage(thrown: unknown, debug: boolean): string {
  const error = understood(thrown);
  if (error instanceof CenterNetError) return error.message;
  if (error instanceof CommanderError) return usageError(error).message;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (debug && stack) return stack;
  return `${oneLine(message)}: this is a bug, please report it (CENTERNET_DEBUG=1 shows where it happened)`;
}

export function exitCodeOf(thrown: unknown): ExitCode {
  const error = understood(thrown);
  if (error instanceof Interruption) return error.exitCode;
  if (error instanceof ModelError || error instanceof BackendError) return EXIT.model;
  if (error instanceof ImageError) return EXIT.images;
  if (error instanceof WriteFailure) return EXIT.writing;
  if (error instanceof CenterNetError) return EXIT.usage;
  return EXIT.bug;
}

/** The error, or what one of Node's that nobody could expect means: it asks for the current folder wherever a path is relative. */
function understood(error: unknown): unknown {
  if (!(error instanceof Error && "syscall" in error && error.syscall === "uv_cwd")) return error;
  const hint = "Change to another folder, and call the command there.";
  return new UsageError({
    where: "current folder",
    expected: "one that exists",
    got: "none: it was deleted",
    hint,
  });
}

/** A file cannot be written any more. Unlike what else is wrong with an output, it may be possible later. */
export class WriteFailure extends UsageError {}

/** Why the command stops early: Ctrl-C, SIGTERM or a closed output pipe. Used as the reason of an abort. */
export class Interruption extends Error {
  override readonly name = "Interruption";

  constructor(
    /** What the user reads; empty if nobody is reading. */
    message: string,
    readonly exitCode: ExitCode,
  ) {
    super(message);
  }
}

/** Whether this stopped a command whose reader has gone. */
export function isSilent(reason: unknown): boolean {
  return reason instanceof Interruption && reason.message === "";
}

/** Commander's errors by code, reworded in this project's form. */
const FAULTS: Readonly<
  Record<string, { pattern: RegExp; fault: (...parts: string[]) => Omit<Fault, "hint"> }>
> = {
  "commander.unknownOption": {
    pattern: /^unknown option '(.*)'$/s,
    fault: (name) => ({
      where: `option ${name}`,
      expected: "an option of this command",
      got: "an unknown name",
    }),
  },
  "commander.unknownCommand": {
    pattern: /^unknown command '(.*)'$/s,
    fault: (name) => ({
      where: `command ${name}`,
      expected: "a command listed by --help",
      got: "an unknown name",
    }),
  },
  "commander.missingArgument": {
    pattern: /^missing required argument '(.*)'$/,
    fault: (name) => ({ where: `argument <${name}>`, expected: "a value", got: "nothing" }),
  },
  "commander.optionMissingArgument": {
    pattern: /^option '(.*?) ?(<.*>)' argument missing$/,
    fault: (flags, value) => ({ where: `option ${flags}`, expected: value, got: "nothing" }),
  },
  "commander.missingMandatoryOptionValue": {
    pattern: /^required option '(.*?) ?(<.*>)' not specified$/,
    fault: (flags, value) => ({ where: `option ${flags}`, expected: value, got: "nothing" }),
  },
  "commander.conflictingOption": {
    pattern: /^option '(.*)' cannot be used with option '(.*)'$/,
    fault: (flags, other) => ({
      where: `option ${flags}`,
      expected: `to be used without ${other}`,
      got: "both",
    }),
  },
  "commander.excessArguments": {
    pattern: /^too many arguments for '(.*)'\. Expected (.*) but got (.*)\.$/,
    fault: (command, expected, got) => ({ where: `command ${command}`, expected, got }),
  },
};

/**
 * Turns commander's error into a UsageError of one line; commander's "Did you mean" becomes the hint, if `hintFor`, which
 * gets the error's code and the unknown name, has none.
 */
export function usageError(
  error: CommanderError,
  program = "centernet",
  hintFor: (code: string, name: string) => string | undefined = () => undefined,
): UsageError {
  const text = error.message.replace(/^error: /, "");
  const [message, guess] = text.split(/\n?\((?=Did you mean)/);
  const known = FAULTS[error.code];
  const parts = known?.pattern.exec(message)?.slice(1);
  const own = parts && hintFor(error.code, parts[0]);
  const hint = own ?? guess?.replace(/\)$/, "") ?? `See ${program} --help.`;
  const fault = parts
    ? known.fault(...parts)
    : { where: "arguments", expected: "a call as in --help", got: message };
  return new UsageError({ ...fault, hint }, { cause: error });
}
