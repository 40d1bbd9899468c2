import type { Option } from "commander";
import { valueOption } from "../src/cli/arguments/options.ts";
import { UsageError } from "../src/errors.ts";

/**
 * An option whose value is a comma-separated list without duplicates. `parse` reads each part.
 *
 * The option throws a UsageError if a part is invalid or occurs twice.
 */
export function listOption<Part>(
  flags: string,
  description: string,
  parse: (text: string, where: string) => Part,
): Option {
  return valueOption(flags, description, (text, where) => {
    const parts = text.split(",").map((part) => parse(part.trim(), where));
    if (new Set(parts).size === parts.length) return parts;
    throw new UsageError({ where, expected: "each once", got: text });
  });
}

/** Parses one of the words. Throws a UsageError for any other. */
export function oneOf<Word extends string>(words: readonly Word[]): (text: string, where: string) => Word {
  return (text, where) => {
    const word = words.find((candidate) => candidate === text);
    if (word) return word;
    throw new UsageError({
      where,
      expected: `some of ${words.join(", ")}`,
      got: text === "" ? "nothing" : text,
    });
  };
}

/** Parses a whole number from 1 to `max`. Throws a UsageError for anything else. */
export function countUpTo(max: number): (text: string, where: string) => number {
  return (text, where) => {
    const count = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
    if (count >= 1 && count <= max) return count;
    throw new UsageError({
      where,
      expected: `whole numbers from 1 to ${max}`,
      got: text === "" ? "nothing" : text,
    });
  };
}
