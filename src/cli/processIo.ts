import { UsageError } from "../errors.ts";
import { EXIT } from "./exitCode.ts";
import { Interruption } from "./interruption.ts";
import type { Io } from "./io.ts";
import { systemMessage } from "./systemMessage.ts";

/** Launchers (npx) pass a Ctrl-C on that the terminal has sent already: within this time it is the same one. */
const SAME_SIGNAL_MILLISECONDS = 500;

/**
 * The process's own streams and signals. The first Ctrl-C asks everything to stop, a second one ends the
 * process at once.
 */
export function processIo(): Io {
  const stop = new AbortController();
  stopOn("SIGINT", new Interruption("interrupted", EXIT.interrupted), stop);
  stopOn("SIGTERM", new Interruption("terminated", EXIT.terminated), stop);
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

function stopOn(signal: NodeJS.Signals, interruption: Interruption, stop: AbortController): void {
  let first: number | undefined;
  process.on(signal, () => {
    first ??= performance.now();
    if (performance.now() - first > SAME_SIGNAL_MILLISECONDS) process.exit(interruption.exitCode);
    stop.abort(interruption);
  });
}

/** A closed pipe (`| head -1`) is how a reader says that it has enough. */
function stdoutFault(error: NodeJS.ErrnoException): Error {
  if (error.code === "EPIPE") return new Interruption("", EXIT.closedPipe);
  return new UsageError({ where: "standard output", expected: "room to write", got: systemMessage(error) });
}
