import type { ExitCode } from "./exitCode.ts";

/** Why everything is to stop: Ctrl-C, SIGTERM, or nobody reading what is printed. The reason of an abort. */
export class Interruption extends Error {
  override readonly name = "Interruption";

  constructor(
    /** As the user reads it; empty where there is nobody to tell. */
    message: string,
    readonly exitCode: ExitCode,
  ) {
    super(message);
  }
}
