/** Columns of numbers that grow row by row. */
import { UsageError } from "../../errors.ts";

/** How much longer a full column becomes. */
export const GROWTH = 1.5;

/** The longer column `into`, with the numbers of `from`. */
export function grown<Column extends { set(from: Column): void }>(from: Column, into: Column): Column {
  into.set(from);
  return into;
}

/** Before memory runs out: the file has more entries than fit. */
export function tooMuch(where: string, count: number, maxBytes: number): UsageError {
  const expected = `entries that fit into ${Math.round(maxBytes / 1e6)} MB of free memory`;
  const hint = "Evaluate fewer images at a time, or where there is more memory.";
  return new UsageError({ where, expected, got: `more than ${count}`, hint });
}
