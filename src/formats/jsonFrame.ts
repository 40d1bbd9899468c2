/** JSON that is written entry by entry, one a line. */
import { oneLine } from "../errors.ts";

/** What stands around and between the entries of a file. */
export interface Frame {
  readonly start: string;
  readonly between: string;
  readonly end: string;
}

/** A JSON array, one element per line. */
export const JSON_ARRAY: Frame = { start: "[\n", between: ",\n", end: "\n]\n" };

/** The value as one line of JSON that is safe to print: control characters are escaped. */
export function jsonLine(value: unknown): string {
  return oneLine(JSON.stringify(value));
}

/** The text of a whole file with these entries. */
export function framed(entries: readonly string[], { start, between, end }: Frame): string {
  return start + entries.join(between) + end;
}
