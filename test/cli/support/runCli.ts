import { Writable } from "node:stream";
import type { ExitCode } from "../../../src/cli/exitCode.ts";
import type { Output } from "../../../src/cli/io.ts";
import { run } from "../../../src/cli/run.ts";

export interface Call {
  /** Makes both streams a terminal of this width. */
  readonly terminal?: number;
  readonly signal?: AbortSignal;
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
  const code = await run(args, { stdout, stderr, signal, debug: false });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

class Collector extends Writable implements Output {
  text = "";
  readonly isTTY: boolean;

  constructor(
    readonly columns: number | undefined,
    private readonly onText: (text: string) => void = () => {},
  ) {
    super();
    this.isTTY = columns !== undefined;
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    this.onText(chunk.toString());
    done();
  }
}
