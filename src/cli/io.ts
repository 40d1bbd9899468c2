import { oneLine } from "../errors.ts";
import { jsonLine } from "../formats/jsonFrame.ts";
import type { ExitCode } from "./failures.ts";

export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

export type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean };

/** Everything a command touches besides files. Tests pass their own. */
export interface Io {
  /** Opened only if it is read. */
  readonly stdin: () => Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborted when the command must stop. The reason is an `Interruption`, or the error that closed stdout. */
  readonly signal: AbortSignal;
  /** Whether unexpected errors are printed with their stack. */
  readonly debug: boolean;
}

/** One `centernet` command. */
export interface Session extends Io {
  /** `fine` until the command sets another. */
  exitCode: ExitCode;
}

/** Prints a line of normal output. */
export function print(session: Io, line: string): void {
  session.stdout.write(`${oneLine(line)}\n`);
}

/** Prints a line of JSON. */
export function printJson(session: Io, value: unknown): void {
  session.stdout.write(`${jsonLine(value)}\n`);
}

/** Prints a line about an error or a warning; the stack of a bug takes more. */
export function printError(session: Io, message: string): void {
  session.stderr.write(`centernet: ${message.split("\n").map(oneLine).join("\n")}\n`);
}
