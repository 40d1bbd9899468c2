import { Readable } from "node:stream";
import type { ExitCode } from "../../../src/cli/failures.ts";
import { run } from "../../../src/cli/run.ts";
import { Collector } from "../../support/collector.ts";

export interface Call {
  /** Makes both streams a terminal of this width. */
  readonly terminal?: number;
  readonly signal?: AbortSignal;
  /** What standard input holds. */
  readonly stdin?: Uint8Array;
  /** Sees what is printed, while it is. */
  readonly onStdout?: (text: string) => void;
}

export interface Outcome {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** One call of `centernet` within this process. */
export async function runCli(args: readonly string[], call: Call = {}): Promise<Outcome> {
  const { terminal, onStdout = () => {}, signal = new AbortController().signal } = call;
  const stdout = new Collector(terminal, onStdout);
  const stderr = new Collector(terminal);
  const stdin = () => Readable.from(call.stdin ? [Buffer.from(call.stdin)] : []);
  const code = await run(args, { stdin, stdout, stderr, signal, debug: false });
  return { code, stdout: stdout.text, stderr: stderr.text };
}
