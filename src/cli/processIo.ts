import { systemMessage, UsageError } from "../errors.ts";
import { EXIT, Interruption } from "./failures.ts";
import type { Io } from "./io.ts";

/** Launchers such as npx forward a Ctrl-C that the terminal has already sent: within this time it counts once. */
const SAME_SIGNAL_MILLISECONDS = 500;

/** A command that was asked to stop is ended after so many turns of the event loop, half a second apart. */
const PATIENCE = 6;
const TURN_MILLISECONDS = 500;

/**
 * The process's own streams and signals. The first Ctrl-C asks the command to stop; a second one ends the
 * process at once, whatever it is doing.
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
  // If errors cannot be written to stderr, there is nowhere left to report them.
  process.stderr.on("error", () => {});
  return {
    stdin: () => process.stdin,
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
      endAfter(PATIENCE, () => end(signal));
      // From then on the system's own handler ends the process, even during a long computation. Signals that
      // arrived in the meantime are handled first; they would be lost otherwise.
      setTimeout(() => setImmediate(handBack), SAME_SIGNAL_MILLISECONDS).unref();
    } else if (now - first > SAME_SIGNAL_MILLISECONDS) {
      // `process.exit` would wait for a pending file operation that hangs.
      handBack();
      process.kill(process.pid, signal);
    }
  };
  /** Whatever still waits (a server, a pipe) does not listen to the signal. */
  const end = (signal: NodeJS.Signals) => {
    const { message, exitCode } = interruptions[signal];
    process.stderr.write(`centernet: ${message}\n`);
    // `process.exit` would wait for a pending file operation that hangs.
    const hangs = process.getActiveResourcesInfo().some((kind) => /^(FSReq|GetAddrInfo)/.test(kind));
    if (!hangs) process.exit(exitCode);
    handBack();
    process.kill(process.pid, signal);
  };
  const handBack = () => {
    for (const signal of Object.keys(interruptions)) process.off(signal, onSignal);
  };
  for (const signal of Object.keys(interruptions)) process.on(signal, onSignal);
}

/** Counts turns instead of time, since a long computation holds all of them up, also those of the command's own end. */
function endAfter(turns: number, action: () => void): void {
  if (turns === 0) action();
  else setTimeout(() => endAfter(turns - 1, action), TURN_MILLISECONDS).unref();
}

/** A closed pipe (`| head -1`) is not an error: the reader has had enough. */
function stdoutFault(error: NodeJS.ErrnoException): Error {
  if (error.code === "EPIPE") return new Interruption("", EXIT.closedPipe);
  return new UsageError({ where: "standard output", expected: "room to write", got: systemMessage(error) });
}
