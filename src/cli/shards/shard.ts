/** Which part of a run's images a process takes. */

/** One of `count` parts: the images whose position p in the list has p mod count = index. */
export interface Shard {
  /** From 0. The user counts from 1. */
  readonly index: number;
  readonly count: number;
}

/** `shard 3 of 64` */
export function shardInWords({ index, count }: Shard): string {
  return `shard ${index + 1} of ${count}`;
}

/** How many of so many images a shard has. */
export function sizeOfShard({ index, count }: Shard, images: number): number {
  return Math.max(0, Math.ceil((images - index) / count));
}

const NAME = /^results-(\d{5,7})-of-(\d{5,7})\.jsonl$/;

/** `results-00003-of-00064.jsonl` */
export function shardName({ index, count }: Shard): string {
  return `results-${padded(index + 1)}-of-${padded(count)}.jsonl`;
}

/** The shard that a file has by its name; undefined if it is none. */
export function shardNamed(name: string): Shard | undefined {
  const [, number, count] = NAME.exec(name) ?? [];
  const shard = { index: Number(number) - 1, count: Number(count) };
  return count !== undefined && shardName(shard) === name ? shard : undefined;
}

function padded(number: number): string {
  return String(number).padStart(5, "0");
}
