import type { Option } from "commander";
import { valueOption } from "../src/cli/options.ts";
import { UsageError } from "../src/errors.ts";

/** An option whose value is a list with commas, each part read by `parse`; none may come twice. */
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

/** One of a few words. */
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

/** A whole number from 1 to `most`. */
export function countUpTo(most: number): (text: string, where: string) => number {
  return (text, where) => {
    const count = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
    if (count >= 1 && count <= most) return count;
    throw new UsageError({
      where,
      expected: `whole numbers from 1 to ${most}`,
      got: text === "" ? "nothing" : text,
    });
  };
}
