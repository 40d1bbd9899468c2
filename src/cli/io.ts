import type { ExitCode } from "./failures.ts";

export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** What a command may touch beside files: tests bring their own. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborted once everything is to stop; the reason is an `Interruption`, or why stdout takes no more. */
  readonly signal: AbortSignal;
  /** Whether unexpected errors are shown with their stack. */
  readonly debug: boolean;
}

/** One call of `centernet`. */
export interface Session extends Io {
  /** `fine` until a command says otherwise. */
  exitCode: ExitCode;
}

/** A line of normal output. */
export function print(session: Io, line: string): void {
  session.stdout.write(`${line}\n`);
}

/** A line about what went wrong. */
export function printError(session: Io, message: string): void {
  session.stderr.write(`centernet: ${message}\n`);
}
