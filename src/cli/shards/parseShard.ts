import { quote } from "../../checkpoints/bytes/json.ts";
import { UsageError } from "../../errors.ts";
import { shardOfEngine } from "./engines.ts";
import type { Shard } from "./shard.ts";

/** The file names hold no more digits well, and no engine runs more. */
const MAX_SHARDS = 9_999_999;
const EXPECTED = "i/n with i from 1 to n, as in 3/64, or auto, or auto/n";

/** Reads `3/64`, `auto` and `auto/64`. `env` is the environment, which tells an engine's number. */
export function parseShard(
  text: string,
  where: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Shard {
  const [, first, second] = /^(auto|\d+)(?:\/(\d+))?$/.exec(text) ?? [];
  const count = second === undefined ? undefined : Number(second);
  const isCount = count === undefined || (count >= 1 && count <= MAX_SHARDS);
  if (first === "auto" && isCount) return shardOfEngine(env, count, `${where} ${text}`);
  const number = Number(first);
  if (count !== undefined && isCount && number >= 1 && number <= count) return { index: number - 1, count };
  const hint = number === 0 && count !== undefined ? "Shards count from 1." : undefined;
  throw new UsageError({ where, expected: EXPECTED, got: quote(text), hint });
}
