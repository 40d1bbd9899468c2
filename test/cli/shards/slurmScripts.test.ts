/** The scripts of examples/slurm, with a program in place of `scontrol` that notes its calls. */
import { existsSync, readFileSync } from "node:fs";
import { chmod, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { shardName } from "../../../src/cli/shards/shard.ts";
import { CLI } from "../support/builtCommand.ts";
import { EMPTY_PICTURE, temporaryFolder, write } from "../support/folders.ts";
import { type Fault, runWithFault, withSmallFiles } from "./support/faults.ts";
import { useCommandOften } from "./support/killedRuns.ts";

useCommandOften();

const IMAGES = 24;
const SHARDS = 2;
/** Room for the header and some lines. */
const FULL_AFTER = 5;
const REQUEUED = "requeue 7_1\n";

interface Place {
  readonly folder: string;
  /** A task, and how often it ran before. */
  task(number: number, restarts?: number, fault?: Fault, blocks?: number): Promise<number>;
  merge(): Promise<number>;
  /** What `scontrol` was called with. */
  scontrol(): string;
}

/** A folder as the README says, with an array of two. */
async function makePlace(): Promise<Place> {
  const folder = await temporaryFolder();
  const names = Array.from({ length: IMAGES }, (_, i) => `images/${i}.png`);
  await write(folder, Object.fromEntries(names.map((name) => [name, EMPTY_PICTURE])));
  const script = readFileSync("examples/slurm/shards.sbatch", "utf8")
    .replace("--array=1-64", `--array=1-${SHARDS}`)
    .replace("\nSHARDS=64", `\nSHARDS=${SHARDS}`);
  const calls = join(folder, "calls");
  await write(folder, {
    "images.txt": names.join("\n"),
    "shards.sbatch": script,
    "merge.sbatch": readFileSync("examples/slurm/merge.sbatch"),
    "bin/scontrol": `#!/bin/sh\necho "$*" >> "${calls}"\n`,
    "node_modules/.bin/.keep": "",
  });
  await chmod(join(folder, "bin/scontrol"), 0o755);
  await symlink(CLI, join(folder, "node_modules/.bin/centernet"));
  return {
    folder,
    async task(number, restarts = 0, fault, blocks) {
      const env = {
        PATH: `${folder}/bin:${process.env.PATH}`,
        SLURM_JOB_ID: "7",
        SLURM_ARRAY_JOB_ID: "7",
        SLURM_ARRAY_TASK_ID: `${number}`,
        SLURM_RESTART_COUNT: `${restarts}`,
        SLURM_CPUS_PER_TASK: "1",
      };
      const command = { program: "bash", args: ["shards.sbatch"], cwd: folder, env };
      const shard = join(folder, "shards", shardName({ index: number - 1, count: SHARDS }));
      return (await runWithFault(blocks ? withSmallFiles(command, blocks) : command, shard, fault)).code;
    },
    merge: async () =>
      (await runWithFault({ program: "bash", args: ["merge.sbatch"], cwd: folder }, join(folder, "none")))
        .code,
    scontrol: () => (existsSync(calls) ? readFileSync(calls, "utf8") : ""),
  };
}

test("the array's last number is the script's count of shards", () => {
  const script = readFileSync("examples/slurm/shards.sbatch", "utf8");
  const [, first, last] = /^#SBATCH --array=(\d+)-(\d+)$/m.exec(script) ?? [];
  expect([first, last]).toEqual(["1", /^SHARDS=(\d+)$/m.exec(script)?.[1]]);
});

test("a task is requeued if its time is over or the disk is full, and goes on", async () => {
  const place = await makePlace();
  expect(await place.task(1, 0, undefined, FULL_AFTER)).toBe(74);
  expect(place.scontrol()).toBe(REQUEUED);
  expect(await place.task(1, 1, { lines: 1, signal: "SIGUSR1" })).toBe(143);
  expect(place.scontrol()).toBe(REQUEUED.repeat(2));
  expect(existsSync(join(place.folder, "shards", shardName({ index: 0, count: SHARDS })))).toBe(false);
  // Another task, and one that is run again, as sbatch --array=1 does.
  for (const number of [2, 1]) expect(await place.task(number)).toBe(0);
  expect(await place.merge()).toBe(0);
  const merged = await readFile(join(place.folder, "results.jsonl"), "utf8");
  expect(merged.trimEnd().split("\n")).toHaveLength(IMAGES);
  expect(place.scontrol()).toBe(REQUEUED.repeat(2));
});

test("a task that Slurm ends, or that has run too often, is not requeued", async () => {
  const place = await makePlace();
  expect(await place.task(1, 0, { lines: 1, signal: "SIGTERM" })).toBe(143);
  expect(await place.task(1, 20, undefined, FULL_AFTER)).toBe(74);
  expect(place.scontrol()).toBe("");
});

test("images that failed are no failure of a task, and a wrong command is one", async () => {
  const place = await makePlace();
  await writeFile(join(place.folder, "images/3.png"), "no image");
  for (const number of [1, 2]) expect(await place.task(number)).toBe(0);
  expect(await place.merge()).toBe(0);
  expect(await readFile(join(place.folder, "results.jsonl"), "utf8")).toMatch(
    /"image":"images\/3\.png","error"/,
  );
  await writeFile(join(place.folder, "images.txt"), "images/0.png\nimages/0.png\n");
  expect(await place.task(1)).toBe(1);
});
