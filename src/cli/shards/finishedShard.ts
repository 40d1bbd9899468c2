/** What there is under the final name of a shard. */
import { closeSync, openSync, readSync } from "node:fs";
import { systemMessage, UsageError } from "../../errors.ts";
import { ShardReader } from "./readShard.ts";
import { headerLine, SHARD_START, type ShardEnd, type ShardHeader } from "./shardFormat.ts";

/**
 * What a finished file of a shard has. Undefined for none, and for a torn one.
 *
 * @throws UsageError for a file that belongs to another run, as `check` says of its header.
 */
export function finishedShard(path: string, check: (header: ShardHeader) => void): ShardEnd | undefined {
  let reader: ShardReader;
  try {
    reader = new ShardReader(path);
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
  check(reader.header);
  try {
    while (reader.next());
    return reader.end;
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/** The first bytes of a file, as many as a header starts with; undefined if there is none. */
export function startOf(path: string): string | undefined {
  try {
    const file = openSync(path, "r");
    try {
      const bytes = Buffer.alloc(SHARD_START.length);
      return bytes.toString("latin1", 0, readSync(file, bytes));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(String((error as NodeJS.ErrnoException).code))) return undefined;
    throw new UsageError(
      { where: path, expected: "to read it", got: systemMessage(error) },
      { cause: error },
    );
  }
}

/** Whether the shard of this header is finished. */
export function isFinished(path: string, header: ShardHeader): boolean {
  let isSame = false;
  const end = finishedShard(path, (found) => {
    isSame = headerLine(found) === headerLine(header);
  });
  return isSame && end !== undefined;
}
