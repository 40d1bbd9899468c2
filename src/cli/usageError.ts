import type { CommanderError } from "commander";
import { type Fault, UsageError } from "../errors.ts";

/** Commander's messages, by its codes, as this project words faults. */
const FAULTS: Readonly<
  Record<string, { pattern: RegExp; fault: (...parts: string[]) => Omit<Fault, "hint"> }>
> = {
  "commander.unknownOption": {
    pattern: /^unknown option '(.*)'$/s,
    fault: (name) => ({
      where: `option ${name}`,
      expected: "an option of the command",
      got: "an unknown name",
    }),
  },
  "commander.unknownCommand": {
    pattern: /^unknown command '(.*)'$/s,
    fault: (name) => ({
      where: `command ${name}`,
      expected: "one of those in the help",
      got: "an unknown name",
    }),
  },
  "commander.missingArgument": {
    pattern: /^missing required argument '(.*)'$/,
    fault: (name) => ({ where: `argument <${name}>`, expected: "it to be given", got: "nothing" }),
  },
  "commander.optionMissingArgument": {
    pattern: /^option '(.*?) ?(<.*>)' argument missing$/,
    fault: (flags, value) => ({ where: `option ${flags}`, expected: value, got: "nothing" }),
  },
  "commander.missingMandatoryOptionValue": {
    pattern: /^required option '(.*?) ?(<.*>)' not specified$/,
    fault: (flags, value) => ({ where: `option ${flags}`, expected: value, got: "no such option" }),
  },
  "commander.conflictingOption": {
    pattern: /^option '(.*)' cannot be used with option '(.*)'$/,
    fault: (flags, other) => ({ where: `option ${flags}`, expected: `it without ${other}`, got: "both" }),
  },
  "commander.excessArguments": {
    pattern: /^too many arguments for '(.*)'\. Expected (.*) but got (.*)\.$/,
    fault: (command, expected, got) => ({ where: `command ${command}`, expected, got }),
  },
};

/** A call of `program` that commander refuses, in one line; its guess at what was meant is the hint. */
export function usageError(error: CommanderError, program = "centernet"): UsageError {
  const text = error.message.replace(/^error: /, "");
  const [message, guess] = text.split(/\n?\((?=Did you mean)/);
  const hint = guess?.replace(/\)$/, "") ?? `See ${program} --help.`;
  const known = FAULTS[error.code];
  const parts = known?.pattern.exec(message)?.slice(1);
  const fault = parts
    ? known.fault(...parts)
    : { where: "arguments", expected: "a call as in the help", got: message };
  return new UsageError({ ...fault, hint }, { cause: error });
}
