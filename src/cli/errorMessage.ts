import { CommanderError } from "commander";
import { CenterNetError } from "../errors.ts";
import { printable } from "./printable.ts";
import { usageError } from "./usageError.ts";

/** What the user reads of an error: one line. With `debug`, an unexpected one shows its stack. */
export function errorMessage(error: unknown, debug: boolean): string {
  if (error instanceof CenterNetError) return error.message;
  if (error instanceof CommanderError) return usageError(error).message;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (debug && stack) return stack;
  return `${printable(message)}: this is a bug, please report it (CENTERNET_DEBUG=1 shows where it happened)`;
}
