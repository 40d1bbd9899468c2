import { systemMessage, UsageError } from "../../errors.ts";
import { WriteFailure } from "../failures.ts";

/** What stays as it is, however often it is tried. */
const PERMANENT = ["EACCES", "EEXIST", "EISDIR", "ENAMETOOLONG", "ENOTDIR", "EPERM", "EROFS"];

/** A `WriteFailure`, unless it will not get better. */
export function writeFailure(where: string, expected: string, error: unknown, hint?: string): UsageError {
  if (error instanceof UsageError) return error;
  const fault = { where, expected, got: systemMessage(error) };
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || PERMANENT.includes(code)) return new UsageError(fault, { cause: error });
  return new WriteFailure({ ...fault, hint }, { cause: error });
}
