import { systemMessage, UsageError } from "../errors.ts";
import { EXIT, Interruption } from "./failures.ts";
import type { Io } from "./io.ts";

/** Launchers (npx) pass a Ctrl-C on that the terminal has sent already: within this time it is the same one. */
const SAME_SIGNAL_MILLISECONDS = 500;

/**
 * The process's own streams and signals. The first Ctrl-C asks everything to stop, a second one ends the
 * process at once, whatever it waits for or computes.
 */
export function processIo(): Io {
  const stop = new AbortController();
  stopOnSignals(
    {
      SIGINT: new Interruption("interrupted", EXIT.interrupted),
      SIGTERM: new Interruption("terminated", EXIT.terminated),
    },
    stop,
  );
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

function stopOnSignals(interruptions: Readonly<Record<string, Interruption>>, stop: AbortController): void {
  let first: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    const now = performance.now();
    if (first === undefined) {
      first = now;
      stop.abort(interruptions[signal]);
      // From then on the system ends the process itself, even amid a long computation. After what has
      // arrived meanwhile was looked at, since it would be lost.
      setTimeout(() => setImmediate(handBack), SAME_SIGNAL_MILLISECONDS).unref();
    } else if (now - first > SAME_SIGNAL_MILLISECONDS) {
      // `process.exit` would wait for what hangs in the file system.
      handBack();
      process.kill(process.pid, signal);
    }
  };
  const handBack = () => {
    for (const signal of Object.keys(interruptions)) process.off(signal, onSignal);
  };
  for (const signal of Object.keys(interruptions)) process.on(signal, onSignal);
}

/** A closed pipe (`| head -1`) is how a reader says that it has enough. */
function stdoutFault(error: NodeJS.ErrnoException): Error {
  if (error.code === "EPIPE") return new Interruption("", EXIT.closedPipe);
  return new UsageError({ where: "standard output", expected: "room to write", got: systemMessage(error) });
}
