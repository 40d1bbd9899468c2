/** Runs of the built command as processes that are ended at random, and run again until they are done. */
import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, vi } from "vitest";
import { encodePng } from "../../../../src/image/imageFile.ts";
import { randomNumbers } from "../../../support/fuzz.ts";
import { CLI, useBuiltCommand } from "../../support/builtCommand.ts";
import { temporaryFolder, write } from "../../support/folders.ts";

const IMAGES = 24;
export const COUNTS = [1, 2, 3, 5, 7];
/** Groups of seeds in test:full, because each test has a limit of time. All of them: CENTERNET_KILL_GROUPS=10. */
export const GROUPS = Number(process.env.CENTERNET_KILL_GROUPS ?? 2);
/** More than a shard has images, so that some runs are not ended. */
const LINES = 12;

/** Milliseconds for tens of processes, one after the other, on a busy machine. */
const MANY_PROCESSES = 1_200_000;

/** For files that start tens of processes. */
export function useCommandOften(): void {
  vi.setConfig({ testTimeout: MANY_PROCESSES });
  useBuiltCommand();
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** A process that gets a signal some milliseconds after so many lines of its table. */
function start(
  args: readonly string[],
  end?: { signal: NodeJS.Signals; lines: number; delay: number },
): Promise<Ended> {
  const child = spawn(CLI, args, { stdio: ["ignore", "pipe", "pipe"] });
  let lines = 0;
  let stderr = "";
  let isSent = false;
  const check = async () => {
    if (!end || isSent || lines < end.lines) return;
    isSent = true;
    await setTimeout(end.delay);
    child.kill(end.signal);
  };
  child.stdout.on("data", (text: Buffer) => {
    lines += text.toString().split("\n").length - 1;
    void check();
  });
  child.stderr.on("data", (text: Buffer) => {
    stderr += text;
  });
  void check();
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stderr }));
  });
}

/** Images of which one is missing and one is no image, and the bytes of one run of them. */
export async function makeImages(): Promise<{ folder: string; list: string; expected: string }> {
  const folder = await temporaryFolder();
  const names: string[] = [];
  for (let i = 0; i < IMAGES; i++) {
    const [width, height] = [20 + (i % 5), 16 + (i % 7)];
    const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * (i + 3) * 37) % 251);
    names.push(join(folder, "images", `${i}.png`));
    if (i === 9) continue;
    await write(folder, { [`images/${i}.png`]: i === 14 ? "no image" : encodePng({ width, height, data }) });
  }
  const list = join(folder, "list");
  await writeFile(list, names.join("\n"));
  const args = detectArguments(list, join(folder, "one"));
  expect(await start([...args, "--shard", "1/1"])).toMatchObject({ code: 3 });
  const expected = await merged(join(folder, "one"));
  expect(
    expected
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).image),
  ).toEqual(names);
  return { folder, list, expected };
}

function detectArguments(list: string, out: string): string[] {
  const model = ["--model", "movenet-lightning", "--threads", "1", "--score", "0"];
  return ["detect", "--list", list, ...model, "--no-draw", "--json", out];
}

async function merged(folder: string): Promise<string> {
  const out = `${folder}.jsonl`;
  expect(await start(["merge", folder, "--output", out])).toMatchObject({ code: 3 });
  return readFile(out, "utf8");
}

/** Runs every shard until it is done, ends some of the processes, and returns the merged bytes, and how many runs went on. */
export async function runKilled(
  { folder, list }: { folder: string; list: string },
  count: number,
  seed: number,
): Promise<{ bytes: string; continued: number }> {
  let continued = 0;
  const random = randomNumbers(seed * 100 + count);
  const out = join(folder, `shards-${count}-${seed}`);
  await mkdir(out);
  for (let shard = 1; shard <= count; shard++) {
    const args = [...detectArguments(list, out), "--shard", `${shard}/${count}`];
    const once = () => {
      const signal = random() < 0.5 ? "SIGTERM" : "SIGKILL";
      const end = { signal, lines: Math.floor(random() * LINES), delay: random() * 20 } as const;
      return start(args, random() < 0.8 ? end : undefined);
    };
    // Sometimes two at once, as clusters do that have lost a machine.
    for (const ended of await Promise.all(random() < 0.2 ? [once(), once()] : [once()])) {
      const { code, signal, stderr } = ended;
      // A process that does not listen yet is ended by the signal itself.
      expect([0, 3, 143, null], stderr).toContain(code);
      if (code === null) expect(["SIGTERM", "SIGKILL"]).toContain(signal);
    }
    const last = await start(args);
    expect([0, 3], last.stderr).toContain(last.code);
    if (last.stderr.includes(" done before")) continued++;
  }
  const names = await readdir(out);
  expect(names.filter((name) => !/\.jsonl$/.test(name))).toEqual([]);
  return { bytes: await merged(out), continued };
}
