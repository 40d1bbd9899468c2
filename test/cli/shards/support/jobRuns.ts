/** The Job of examples/kubernetes with processes in place of pods, to which what happens on clusters happens. */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { shardName } from "../../../../src/cli/shards/shard.ts";
import { randomNumbers } from "../../../support/fuzz.ts";
import { CLI } from "../../support/builtCommand.ts";
import { type Command, type Ended, type Fault, runWithFault, withSmallFiles } from "./faults.ts";
import { runIndexedJob } from "./localJob.ts";
import { readJob } from "./manifests.ts";

const COMPLETIONS = 6;
const PARALLELISM = 3;
/** Room for the header and about one line of an image. */
const FULL_AFTER = 5;

const HAPPENINGS = ["killed", "evicted", "terminated", "full disk", "slow", "twice"] as const;

/** Runs the Job with one thing that happens to each index, in a random place. Returns the merged bytes. */
export async function runJob(
  { folder, list }: { folder: string; list: string },
  seed: number,
): Promise<{ bytes: string; ends: Readonly<Record<string, number>> }> {
  const { spec, container } = readJob("shards.yaml");
  const random = randomNumbers(seed);
  const out = join(folder, `job-${seed}`);
  const places: Record<string, string> = {
    "list.txt": list,
    "/results/shards": out,
    [`auto/${spec.completions}`]: `auto/${COMPLETIONS}`,
  };
  const args = container.args.map((arg) => places[arg] ?? arg);
  for (const place of Object.keys(places)) expect(container.args).toContain(place);
  // Those of the run that the bytes are compared with.
  args.push("--model", "movenet-lightning", "--score", "0");
  const first = Math.floor(random() * HAPPENINGS.length);
  const ends: Record<string, number> = {};

  const runPod = async (index: number, earlier: number) => {
    const command = { program: CLI, args, cwd: dirname(list), env: { JOB_COMPLETION_INDEX: `${index}` } };
    const shard = join(out, shardName({ index, count: COMPLETIONS }));
    const happening = earlier === 0 ? HAPPENINGS[(first + index) % HAPPENINGS.length] : undefined;
    const lines = 1 + Math.floor(random() * 3);
    const { code, output } = await happen(happening, command, shard, lines);
    if (happening) ends[happening] = code;
    expect([0, 3, 74, 137, 143], output).toContain(code);
    return { exitCode: code, isDisrupted: happening === "evicted" };
  };
  const job = await runIndexedJob({ ...spec, completions: COMPLETIONS, parallelism: PARALLELISM }, runPod);
  expect(job).toMatchObject({ succeeded: { length: COMPLETIONS }, failed: [], hasFailed: false });

  const merged = `${out}.jsonl`;
  const merge = { program: CLI, args: ["merge", out, "--output", merged] };
  expect(await runWithFault(merge, merged)).toMatchObject({ code: 3 });
  return { bytes: await readFile(merged, "utf8"), ends };
}

async function happen(
  happening: (typeof HAPPENINGS)[number] | undefined,
  command: Command,
  shard: string,
  lines: number,
): Promise<Ended> {
  const run = (fault?: Fault) => runWithFault(command, shard, fault);
  switch (happening) {
    case undefined:
      return run();
    case "killed":
      return run({ lines, signal: "SIGKILL" });
    case "evicted":
    case "terminated":
      return run({ lines, signal: "SIGTERM" });
    case "slow":
      return run({ lines, signal: "SIGSTOP", pause: 1000 });
    case "full disk":
      return runWithFault(withSmallFiles(command, FULL_AFTER), shard);
    case "twice":
      // Kubernetes may start two pods of one index.
      return (await Promise.all([run(), run()]))[0];
  }
}
