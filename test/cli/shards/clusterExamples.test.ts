/** What examples/kubernetes and examples/slurm say, held against the program. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { EXIT } from "../../../src/cli/failures.ts";
import { EMPTY_PICTURE, temporaryFolder, write } from "../support/folders.ts";
import { runCli } from "../support/runCli.ts";
import { actionFor, type PodEnd, type Rule, runIndexedJob } from "./support/localJob.ts";
import { readJob, readManifests } from "./support/manifests.ts";

const JOBS = ["shards.yaml", "merge.yaml"];

test("the Job's failure policy says something about each exit code of a shard", () => {
  const { rules } = readJob("shards.yaml").spec.podFailurePolicy;
  const action = (exitCode: number, isDisrupted = false) => actionFor({ exitCode, isDisrupted }, rules);
  expect({
    usage: action(EXIT.usage),
    model: action(EXIT.model),
    images: action(EXIT.images),
    bug: action(EXIT.bug),
    writing: action(EXIT.writing),
    terminated: action(EXIT.terminated),
    killed: action(137),
  }).toEqual({
    usage: "FailJob",
    model: "FailJob",
    images: "Ignore",
    bug: "FailIndex",
    writing: "Count",
    terminated: "Count",
    killed: "Count",
  });
  // A disruption comes before what the exit code says.
  for (const code of [EXIT.terminated, 137, EXIT.writing]) expect(action(code, true)).toBe("Ignore");
});

test("the manifests name exit codes, containers, claims and folders that there are", () => {
  const claims = readManifests<{ kind: string; metadata: { name: string } }>("claims.yaml");
  const codes: readonly number[] = Object.values(EXIT);
  for (const name of JOBS) {
    const { spec, container } = readJob(name);
    for (const { onExitCodes } of spec.podFailurePolicy.rules as (Rule & {
      onExitCodes?: { containerName: string };
    })[]) {
      if (!onExitCodes) continue;
      expect(onExitCodes.containerName).toBe(container.name);
      expect(codes).toEqual(expect.arrayContaining([...onExitCodes.values]));
      // Schemas do not say it, but the server asks for order, and refuses 0.
      expect(onExitCodes.values).toEqual([...new Set(onExitCodes.values)].sort((a, b) => a - b));
      expect(onExitCodes.values).not.toContain(0);
    }
    // podFailurePolicy asks for it.
    expect(spec.template.spec.restartPolicy).toBe("Never");
    const { volumes } = spec.template.spec;
    const names = volumes.map((volume) => volume.name);
    expect(container.volumeMounts.map((mount) => mount.name).sort()).toEqual(names.sort());
    for (const { persistentVolumeClaim } of volumes) {
      if (!persistentVolumeClaim) continue;
      expect(claims.map((claim) => claim.metadata.name)).toContain(persistentVolumeClaim.claimName);
    }
  }
  const [shards, merge] = JOBS.map(readJob);
  expect(merge.container.image).toBe(shards.container.image);
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  expect(shards.container.image).toMatch(new RegExp(`/centernet:${version.replaceAll(".", "\\.")}$`));
  const folder = shards.container.args[shards.container.args.indexOf("--json") + 1];
  expect(merge.container.args[0]).toContain(`centernet merge ${folder} --output `);
});

test("the Job's shards are as many as its completions, and its options are those of the program", async () => {
  const { spec, container } = readJob("shards.yaml");
  expect(spec.completionMode).toBe("Indexed");
  const folder = await temporaryFolder();
  await write(folder, { "0.png": EMPTY_PICTURE });
  await writeFile(join(folder, "list.txt"), join(folder, "0.png"));
  const out = join(folder, "shards");
  const places: Record<string, string> = {
    "list.txt": join(folder, "list.txt"),
    "/results/shards": out,
  };
  const args = container.args.map((arg) => places[arg] ?? arg);
  try {
    vi.stubEnv("JOB_COMPLETION_INDEX", `${spec.completions - 1}`);
    expect(await runCli(args)).toEqual({ code: EXIT.fine, stdout: "", stderr: "" });
    vi.stubEnv("JOB_COMPLETION_INDEX", `${spec.completions}`);
    expect((await runCli(args)).code).toBe(EXIT.usage);
  } finally {
    vi.unstubAllEnvs();
  }
});

test("the local Job tries again, fails an index and fails as its policy says", async () => {
  const { spec } = readJob("shards.yaml");
  const job = { ...spec, completions: 4, parallelism: 1, backoffLimitPerIndex: 2 };
  const runs = (codes: readonly (readonly number[])[]) => async (index: number, earlier: number) => {
    const end: PodEnd = { exitCode: codes[index][earlier], isDisrupted: false };
    return end;
  };
  const [fine, bug, wrong, full] = [[0], [70], [1], [74, 74, 74]];
  expect(await runIndexedJob(job, runs([fine, bug, full, [74, 3, 3, 74, 0]]))).toEqual({
    succeeded: [0, 3],
    failed: [1, 2],
    hasFailed: false,
  });
  expect(await runIndexedJob(job, runs([fine, wrong, fine, fine]))).toEqual({
    succeeded: [0],
    failed: [1],
    hasFailed: true,
  });
});

test("the merge Job's shell takes exit code 3 for success, and passes on others", async () => {
  const { container } = readJob("merge.yaml");
  const [shell, ...flags] = container.command ?? [];
  for (const [code, expected] of [
    [EXIT.fine, 0],
    [EXIT.images, 0],
    [EXIT.usage, 1],
    [EXIT.terminated, 143],
  ]) {
    const script = container.args[0].replace(/^centernet .*$/m, `sh -c 'exit ${code}'`);
    expect(script).not.toBe(container.args[0]);
    expect(spawnSync(shell, [...flags, script]).status).toBe(expected);
  }
});
