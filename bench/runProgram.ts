import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { BackendError } from "../src/errors.ts";

const run = promisify(execFile);

/**
 * Runs a program of the user's to its end and returns what it printed.
 *
 * @throws BackendError if it fails, with the last line of its errors.
 * @throws the signal's reason once it is aborted.
 */
export async function runProgram(
  [program, ...args]: readonly string[],
  { signal, hint }: { readonly signal: AbortSignal; readonly hint: string },
): Promise<string> {
  try {
    return (await run(program, args, { signal })).stdout;
  } catch (error) {
    signal.throwIfAborted();
    const { stderr = "", message } = error as Error & { stderr?: string };
    const got = stderr.trim().split("\n").at(-1) || message;
    throw new BackendError({ where: program, expected: "it to run to its end", got, hint }, { cause: error });
  }
}
