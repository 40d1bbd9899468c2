import { expect, test } from "vitest";
import { parseShard } from "../../../src/cli/shards/parseShard.ts";

type Environment = Readonly<Record<string, string>>;

function shardOf(text: string, env: Environment = {}): [number, number] {
  const { index, count } = parseShard(text, "option --shard", env);
  return [index, count];
}

const slurm = (id: number, min: number, max: number, count: number, step = 1): Environment => ({
  SLURM_ARRAY_TASK_ID: String(id),
  SLURM_ARRAY_TASK_MIN: String(min),
  SLURM_ARRAY_TASK_MAX: String(max),
  SLURM_ARRAY_TASK_COUNT: String(count),
  SLURM_ARRAY_TASK_STEP: String(step),
});

test("a shard counts from 1", () => {
  expect([shardOf("1/1"), shardOf("3/64"), shardOf("64/64")]).toEqual([
    [0, 1],
    [2, 64],
    [63, 64],
  ]);
});

for (const text of [
  "0/4",
  "5/4",
  "1/0",
  "1.5/2",
  "-1/2",
  "1",
  "1/",
  "/2",
  "a/2",
  "auto/0",
  "1/99999999",
  "",
]) {
  test(`${JSON.stringify(text)} is no shard`, () => {
    expect(() => shardOf(text, slurm(0, 0, 3, 4))).toThrow(
      /^option --shard: expected i\/n with i from 1 to n/,
    );
  });
}

for (const [name, env, expected] of [
  ["Slurm from 0", slurm(3, 0, 63, 64), [3, 64]],
  ["Slurm from 1", slurm(64, 1, 64, 64), [63, 64]],
  ["Slurm in steps", slurm(8, 0, 12, 4, 4), [2, 4]],
  ["AWS Batch", { AWS_BATCH_JOB_ARRAY_INDEX: "9", AWS_BATCH_JOB_ARRAY_SIZE: "10" }, [9, 10]],
  ["Google Cloud Batch", { BATCH_TASK_INDEX: "0", BATCH_TASK_COUNT: "3" }, [0, 3]],
  ["Cloud Run", { CLOUD_RUN_TASK_INDEX: "1", CLOUD_RUN_TASK_COUNT: "3" }, [1, 3]],
  [
    "Grid Engine",
    { SGE_TASK_ID: "2", SGE_TASK_FIRST: "1", SGE_TASK_LAST: "5", SGE_TASK_STEPSIZE: "1" },
    [1, 5],
  ],
  [
    "Slurm beside empty variables",
    { ...slurm(1, 1, 2, 2), SGE_TASK_ID: "undefined", LSB_JOBINDEX: "0" },
    [0, 2],
  ],
] as const) {
  test(`auto takes index and count of ${name}`, () => {
    expect(shardOf("auto", env)).toEqual(expected);
    expect(shardOf(`auto/${expected[1]}`, env)).toEqual(expected);
  });
}

for (const [name, env, expected] of [
  ["Kubernetes", { JOB_COMPLETION_INDEX: "0" }, [0, 8]],
  ["GNU parallel", { PARALLEL_SEQ: "8" }, [7, 8]],
  ["Grid Engine, in part", { SGE_TASK_ID: "5", SGE_TASK_FIRST: "5", SGE_TASK_LAST: "5" }, [4, 8]],
  ["PBS", { PBS_ARRAY_INDEX: "1" }, [0, 8]],
  ["LSF", { LSB_JOBINDEX: "3" }, [2, 8]],
] as const) {
  test(`auto/8 takes the index of ${name}, which tells no count`, () => {
    expect(shardOf("auto/8", env)).toEqual(expected);
    expect(() => shardOf("auto", env)).toThrow(/expected auto\/n, since .* tells no count, got auto\./);
  });
}

test("no engine, and several, are refused by their names", () => {
  expect(() => shardOf("auto")).toThrow(/SLURM_ARRAY_TASK_ID \(Slurm\), .*, got none\. Give --shard i\/n\.$/);
  const both = { ...slurm(1, 1, 2, 2), JOB_COMPLETION_INDEX: "1" };
  expect(() => shardOf("auto/2", both)).toThrow(
    /got SLURM_ARRAY_TASK_ID \(Slurm\) and JOB_COMPLETION_INDEX \(Kubernetes\)\./,
  );
});

test("tasks of a Slurm array that are run again alone are not taken for a whole run", () => {
  for (const env of [slurm(5, 5, 5, 1), slurm(3, 3, 7, 2), slurm(1, 1, 7, 2), slurm(4, 4, 8, 5)])
    expect(() => shardOf("auto", env)).toThrow(
      /expected a whole array of Slurm .*Give --shard \$SLURM_ARRAY_TASK/,
    );
});

test("what an engine says must fit", () => {
  expect(() => shardOf("auto/3", slurm(1, 0, 3, 4))).toThrow(/expected the count of Slurm, 4, got 3\./);
  expect(() => shardOf("auto/3", { JOB_COMPLETION_INDEX: "3" })).toThrow(
    /JOB_COMPLETION_INDEX from 0 to 2, got 3\./,
  );
  expect(() => shardOf("auto/3", { PBS_ARRAY_INDEX: "0" })).toThrow(
    /PBS_ARRAY_INDEX from 1, got 0\. Let the array/,
  );
  expect(() => shardOf("auto", { BATCH_TASK_INDEX: "1" })).toThrow(
    /a whole number in BATCH_TASK_COUNT.*got nothing/,
  );
  expect(() => shardOf("auto/3", { JOB_COMPLETION_INDEX: "x" })).toThrow(
    /in JOB_COMPLETION_INDEX, 0 or more, got "x"/,
  );
});
