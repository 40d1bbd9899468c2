import { UsageError } from "../errors.ts";
import { EXIT } from "./exitCode.ts";
import { Interruption } from "./interruption.ts";
import type { Io } from "./io.ts";
import { systemMessage } from "./systemMessage.ts";

/**
 * The process's own streams and signals. The first Ctrl-C asks everything to stop; from then on the system's
 * own handling is back, so that the second one ends the process at once.
 */
export function processIo(): Io {
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort(new Interruption("interrupted", EXIT.interrupted)));
  process.once("SIGTERM", () => stop.abort(new Interruption("terminated", EXIT.terminated)));
  process.stdout.on("error", (error: NodeJS.ErrnoException) => stop.abort(stdoutFault(error)));
  // Where complaints cannot be written, nobody can be told.
  process.stderr.on("error", () => {});
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    signal: stop.signal,
    debug: process.env.CENTERNET_DEBUG === "1",
  };
}

/** A closed pipe (`| head -1`) is how a reader says that it has enough. */
function stdoutFault(error: NodeJS.ErrnoException): Error {
  if (error.code === "EPIPE") return new Interruption("", EXIT.closedPipe);
  return new UsageError({ where: "standard output", expected: "room to write", got: systemMessage(error) });
}
