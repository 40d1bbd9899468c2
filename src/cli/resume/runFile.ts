/**
 * What a run with `--resume` was: `results.jsonl.run.json` beside `results.jsonl`. The lines themselves do not say which
 * weights and options they come from.
 */
import { readFile } from "node:fs/promises";
import { systemMessage, UsageError } from "../../errors.ts";
import { jsonLine } from "../../formats/jsonFrame.ts";
import { isObject } from "../../support/checkArguments.ts";
import { writeAtomically } from "../files/writeAtomically.ts";
import { differenceOf, type ShardRun } from "../shards/shardFormat.ts";

const ENDING = ".run.json";
const FORMAT = 1;

export async function writeRunFile(path: string, run: Partial<ShardRun>): Promise<void> {
  await writeAtomically(path + ENDING, `${jsonLine({ centernetRun: FORMAT, ...run })}\n`);
}

/**
 * @param earlier the first file with lines of an earlier run, if there is any
 * @throws UsageError if there are earlier lines, and not of this run.
 */
export async function checkRunFile(
  path: string,
  run: Partial<ShardRun>,
  earlier: string | undefined,
): Promise<void> {
  const where = path + ENDING;
  const text = await readFile(where, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    const fault = { where, expected: "to read it", got: systemMessage(error) };
    throw new UsageError(fault, { cause: error });
  });
  if (text === undefined) {
    if (earlier === undefined) return;
    const expected = `${where}, which a run with --resume writes from its start`;
    const hint = "Without it nobody knows which weights and options the lines come from: remove them.";
    throw new UsageError({ where: earlier, expected, got: "none", hint });
  }
  const found = parsed(text, where);
  const difference = earlier === undefined ? undefined : differenceOf(run, found);
  if (!difference) return;
  const { part, one, other } = difference;
  const hint = "Remove it, or choose another file with --json.";
  throw new UsageError({
    where: earlier ?? where,
    expected: `lines of the ${part} ${one}`,
    got: other,
    hint,
  });
}

function parsed(text: string, where: string): Partial<ShardRun> {
  try {
    const found: unknown = JSON.parse(text);
    if (isObject(found) && found.centernetRun === FORMAT) return found;
  } catch {}
  throw new UsageError({ where, expected: "what a run with --resume wrote", got: "another file" });
}
