/** What the schedulers that run many processes tell each of them: which it is, and of how many. */
import { quote } from "../../checkpoints/bytes/json.ts";
import { UsageError } from "../../errors.ts";
import type { Shard } from "./shard.ts";

type Environment = Readonly<Record<string, string | undefined>>;

interface Engine {
  readonly name: string;
  /** The variable of the index, which also says that this engine runs. */
  readonly index: string;
  /** The variable of the count; absent if the engine gives none. */
  readonly count?: string;
  /** What it counts from. */
  readonly first: 0 | 1;
  /** The index from 0, or why there is none. */
  readonly read?: (env: Environment, where: string) => { readonly index: number; readonly count?: number };
}

const ENGINES: readonly Engine[] = [
  {
    name: "Slurm",
    index: "SLURM_ARRAY_TASK_ID",
    count: "SLURM_ARRAY_TASK_COUNT",
    first: 0,
    read: readSlurm,
  },
  { name: "AWS Batch", index: "AWS_BATCH_JOB_ARRAY_INDEX", count: "AWS_BATCH_JOB_ARRAY_SIZE", first: 0 },
  { name: "Google Cloud Batch", index: "BATCH_TASK_INDEX", count: "BATCH_TASK_COUNT", first: 0 },
  { name: "Cloud Run", index: "CLOUD_RUN_TASK_INDEX", count: "CLOUD_RUN_TASK_COUNT", first: 0 },
  { name: "Kubernetes", index: "JOB_COMPLETION_INDEX", first: 0 },
  { name: "GNU parallel", index: "PARALLEL_SEQ", first: 1 },
  { name: "Grid Engine", index: "SGE_TASK_ID", first: 1, read: readGridEngine },
  { name: "PBS", index: "PBS_ARRAY_INDEX", first: 1 },
  { name: "LSF", index: "LSB_JOBINDEX", first: 1 },
];

/** What these variables hold outside of an array. */
const NO_ARRAY: Readonly<Record<string, string>> = { SGE_TASK_ID: "undefined", LSB_JOBINDEX: "0" };

/**
 * The shard that the engine of this process means.
 *
 * @throws UsageError if no engine or several can be seen, or if what the engine says is no shard of `count`.
 */
export function shardOfEngine(env: Environment, count: number | undefined, where: string): Shard {
  const running = ENGINES.filter(({ index }) => isSet(env, index));
  const [engine, ...others] = running;
  if (!engine) {
    const expected = `a variable of an engine: ${ENGINES.map(({ name, index }) => `${index} (${name})`).join(", ")}`;
    throw new UsageError({ where, expected, got: "none", hint: "Give --shard i/n." });
  }
  if (others.length > 0) {
    const got = running.map(({ name, index }) => `${index} (${name})`).join(" and ");
    throw new UsageError({ where, expected: "the variables of one engine", got, hint: "Give --shard i/n." });
  }
  const read = engine.read ? engine.read(env, where) : readPlainly(engine, env, where);
  if (read.count === undefined && count === undefined) {
    const expected = `auto/n, since ${engine.name} tells no count`;
    throw new UsageError({ where, expected, got: "auto", hint: `${engine.index} is ${env[engine.index]}.` });
  }
  if (read.count !== undefined && count !== undefined && read.count !== count) {
    const expected = `the count of ${engine.name}, ${read.count}`;
    throw new UsageError({
      where,
      expected,
      got: String(count),
      hint: "Give --shard i/n for a part of a run.",
    });
  }
  const all = count ?? read.count ?? 0;
  if (read.index < all) return { index: read.index, count: all };
  const last = engine.first + all - 1;
  const expected = `${engine.index} from ${engine.first} to ${last}`;
  throw new UsageError({ where, expected, got: String(env[engine.index]) });
}

function isSet(env: Environment, name: string): boolean {
  const value = env[name];
  return value !== undefined && value !== "" && value !== NO_ARRAY[name];
}

function readPlainly({ index, count, first, name }: Engine, env: Environment, where: string) {
  const number = whole(env, index, where);
  if (number < first) {
    const hint = `Let the array of ${name} count from 1.`;
    throw new UsageError({ where, expected: `${index} from ${first}`, got: String(number), hint });
  }
  return { index: number - first, count: count === undefined ? undefined : whole(env, count, where, 1) };
}

/**
 * An array counts from 0 or 1, perhaps in steps. Others are refused: `--array=5` alone, to run a task again, would
 * otherwise be a run of one shard.
 */
function readSlurm(env: Environment, where: string) {
  const id = whole(env, "SLURM_ARRAY_TASK_ID", where);
  const count = whole(env, "SLURM_ARRAY_TASK_COUNT", where, 1);
  const min = whole(env, "SLURM_ARRAY_TASK_MIN", where);
  const max = whole(env, "SLURM_ARRAY_TASK_MAX", where);
  const step = isSet(env, "SLURM_ARRAY_TASK_STEP") ? whole(env, "SLURM_ARRAY_TASK_STEP", where, 1) : 1;
  const isRegular = (id - min) % step === 0 && Math.floor((max - min) / step) + 1 === count && id >= min;
  if (min <= 1 && isRegular) return { index: (id - min) / step, count };
  const expected = "a whole array of Slurm that counts from 0 or 1, as in --array=1-64";
  const got = `${count} of the tasks ${min} to ${max}`;
  const hint = "Give --shard $SLURM_ARRAY_TASK_ID/64 to run some of them again.";
  throw new UsageError({ where, expected, got, hint });
}

/** Its last task is no count if the array is a part. */
function readGridEngine(env: Environment, where: string) {
  const id = whole(env, "SGE_TASK_ID", where, 1);
  const first = isSet(env, "SGE_TASK_FIRST") ? whole(env, "SGE_TASK_FIRST", where) : undefined;
  const step = isSet(env, "SGE_TASK_STEPSIZE") ? whole(env, "SGE_TASK_STEPSIZE", where) : 1;
  const isWhole = first === 1 && step === 1 && isSet(env, "SGE_TASK_LAST");
  return { index: id - 1, count: isWhole ? whole(env, "SGE_TASK_LAST", where, 1) : undefined };
}

function whole(env: Environment, name: string, where: string, least = 0): number {
  const text = env[name] ?? "";
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least) return number;
  const expected = `a whole number in ${name}, ${least} or more`;
  throw new UsageError({ where, expected, got: text === "" ? "nothing" : quote(text) });
}
