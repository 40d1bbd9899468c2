import { UsageError } from "../../errors.ts";

/** Before memory runs out: the file has more entries than fit. */
export function tooMuch(where: string, count: number, maxBytes: number): UsageError {
  const expected = `entries that fit into ${Math.round(maxBytes / 1e6)} MB of free memory`;
  const hint = "Evaluate fewer images at a time, or where there is more memory.";
  return new UsageError({ where, expected, got: `more than ${count}`, hint });
}
