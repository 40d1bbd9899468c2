/** Processes of shards to which something happens once they have written so many lines. */
import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Fault {
  /** In an unfinished file that was not there before, the header among them. */
  readonly lines: number;
  readonly signal: NodeJS.Signals;
  /** Milliseconds after which a stopped process goes on. */
  readonly pause?: number;
}

export interface Ended {
  /** 128 plus the signal's number if a signal ended it, as shells and containers tell it. */
  readonly code: number;
  readonly output: string;
}

const SIGNALS = { SIGKILL: 9, SIGUSR1: 10, SIGTERM: 15 } as const;
const POLL = 5;

/** `shard`: the path that the finished shard will have. */
export async function runWithFault(command: Command, shard: string, fault?: Fault): Promise<Ended> {
  const { program, args, cwd, env } = command;
  const earlier = fault ? await unfinished(shard) : [];
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (output += text));
  let hasEnded = false;
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      hasEnded = true;
      resolve({ code: code ?? 128 + SIGNALS[signal as keyof typeof SIGNALS], output });
    });
  });
  if (fault) {
    while (!hasEnded && (await unfinishedLines(shard, earlier)) < fault.lines) await setTimeout(POLL);
    child.kill(fault.signal);
    if (fault.pause !== undefined) {
      await setTimeout(fault.pause);
      child.kill("SIGCONT");
    }
  }
  return ended;
}

/** The same with files of so many blocks of 512 bytes at most, as on a disk that is full. */
export function withSmallFiles({ program, args, ...rest }: Command, blocks: number): Command {
  return { ...rest, program: "sh", args: ["-c", `ulimit -f ${blocks} && exec "$0" "$@"`, program, ...args] };
}

async function unfinishedLines(shard: string, earlier: readonly string[]): Promise<number> {
  const paths = (await unfinished(shard)).filter((path) => !earlier.includes(path));
  // It is renamed once it is whole.
  const texts = await Promise.all(paths.map((path) => readFile(path, "utf8").catch(() => "")));
  return Math.max(0, ...texts.map((text) => text.split("\n").length - 1));
}

async function unfinished(shard: string): Promise<readonly string[]> {
  const names = await readdir(dirname(shard)).catch(() => []);
  return names
    .map((name) => join(dirname(shard), name))
    .filter((path) => path.startsWith(`${shard}.unfinished-`));
}
