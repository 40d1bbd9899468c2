/** The shards of a run as one: lines in the order of the list, the same bytes whatever the number of shards. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { systemMessage, UsageError } from "../../errors.ts";
import { plural } from "../../support/counted.ts";
import type { ImageFile, ImageList } from "../lists/imageList.ts";
import { ShardReader } from "./readShard.ts";
import { type Shard, shardName, shardNamed } from "./shard.ts";
import { differenceOf, type ShardLine, type ShardRun } from "./shardFormat.ts";

/** Bytes of all shards that are in memory at a time, unless there are very many. */
const MEMORY = 2 ** 25;
const [MIN_PART, MAX_PART] = [2 ** 12, 2 ** 20];

/** The shards of a folder, which all belong to one run. */
export class MergedShards {
  private constructor(
    readonly paths: readonly string[],
    readonly run: ShardRun,
  ) {}

  /**
   * Checks names and headers. What the lines are is checked while they are read.
   *
   * @throws UsageError if there are none, if one is missing, twice or unreadable, or if they belong to several runs.
   */
  static async open(folder: string, where: string): Promise<MergedShards> {
    const names = await readdir(folder).catch((error: unknown) => {
      const fault = { where, expected: "a folder of shards", got: systemMessage(error) };
      throw new UsageError(fault, { cause: error });
    });
    const shards = names.flatMap((name) => shardNamed(name) ?? []).sort((a, b) => a.index - b.index);
    const [first] = shards;
    if (!first) {
      const got = names.some((name) => /^results-.*\.unfinished-/.test(name)) ? "unfinished ones" : "none";
      const expected = "shards as detect --shard writes them, results-00001-of-00064.jsonl and so on";
      throw new UsageError({ where, expected, got });
    }
    refuseOtherCounts(shards, where);
    refuseMissing(shards, names, where);
    const paths = shards.map((shard) => join(folder, shardName(shard)));
    const { run } = new ShardReader(paths[0], MIN_PART).header;
    for (const [i, path] of paths.entries()) checkHeader(path, shards[i], run, paths[0]);
    return new MergedShards(paths, run);
  }

  get length(): number {
    return this.run.list.images;
  }

  /**
   * All images in the order of the list. Each shard is read in turn.
   *
   * @throws UsageError for a shard that is torn, or not as it was written.
   * @throws the signal's reason once it is aborted.
   */
  *lines(signal: AbortSignal): Generator<ShardLine> {
    const partBytes = Math.min(MAX_PART, Math.max(MIN_PART, Math.floor(MEMORY / this.paths.length)));
    const readers = this.paths.map((path) => new ShardReader(path, partBytes));
    for (let position = 0; position < this.length; position++) {
      if (position % 100 === 0) signal.throwIfAborted();
      const reader = readers[position % readers.length];
      const line = reader.next();
      if (!line) throw new Error(`${reader.path} ends early`);
      yield line;
    }
    for (const reader of readers) reader.next();
  }

  /** The lines of `detect --json`, some at a time. */
  *chunks(signal: AbortSignal, onLine: (line: ShardLine) => void = () => {}): Generator<Uint8Array> {
    let lines: string[] = [];
    let length = 0;
    for (const line of this.lines(signal)) {
      onLine(line);
      lines.push(`${line.text}\n`);
      length += line.text.length;
      if (length < MIN_PART * 16) continue;
      yield Buffer.from(lines.join(""));
      lines = [];
      length = 0;
    }
    if (lines.length > 0) yield Buffer.from(lines.join(""));
  }

  /** The images, as a list that is read from the shards each time. */
  images(signal: AbortSignal): ImageList {
    const { length } = this;
    const lines = () => this.lines(signal);
    return {
      length,
      *[Symbol.iterator](): Generator<ImageFile> {
        for (const { image, name } of lines()) yield { path: image, relativePath: name };
      },
    };
  }
}

function refuseOtherCounts(shards: readonly Shard[], where: string): void {
  const counts = [...new Set(shards.map(({ count }) => count))].sort((a, b) => a - b);
  if (counts.length === 1) return;
  const got = `those of ${counts.slice(0, 5).join(" and of ")}`;
  throw new UsageError({ where, expected: "the shards of one run", got });
}

function refuseMissing(shards: readonly Shard[], names: readonly string[], where: string): void {
  const { count } = shards[0];
  const there = new Set(shards.map(({ index }) => index));
  const ranges: string[] = [];
  let missing = 0;
  for (let index = 0; index < count; index++) {
    if (there.has(index)) continue;
    const first = index;
    while (index + 1 < count && !there.has(index + 1)) index++;
    missing += index - first + 1;
    ranges.push(first === index ? `${first + 1}` : `${first + 1}-${index + 1}`);
  }
  if (missing === 0) return;
  const unfinished = new Set(
    names.flatMap((name) => /^(results-.*\.jsonl)\.unfinished-/.exec(name)?.[1] ?? []),
  );
  const hint =
    unfinished.size > 0 ? `${unfinished.size} of them ${isOrAre(unfinished.size)} unfinished.` : undefined;
  const got = `none for the ${plural(missing, "shard")} ${ranges.join(", ")}`;
  throw new UsageError({ where, expected: `${count} shards`, got, hint });
}

function isOrAre(count: number): string {
  return count === 1 ? "is" : "are";
}

function checkHeader(path: string, shard: Shard, run: ShardRun, first: string): void {
  const { header } = new ShardReader(path, MIN_PART);
  if (header.shard.index !== shard.index || header.shard.count !== shard.count) {
    const got = `shard ${header.shard.index + 1} of ${header.shard.count} by its header`;
    throw new UsageError({
      where: path,
      expected: `shard ${shard.index + 1} of ${shard.count}`,
      got,
      hint: "It was renamed or copied.",
    });
  }
  const difference = differenceOf(run, header.run);
  if (!difference) return;
  const { part, one, other } = difference;
  throw new UsageError({ where: path, expected: `the ${part} of ${first}, ${one}`, got: other });
}
