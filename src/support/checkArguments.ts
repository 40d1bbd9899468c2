/** Run-time checks for callers without TypeScript: what a type would forbid becomes a UsageError. */
import { UsageError } from "../errors.ts";
import { unknownName } from "./unknownName.ts";

/** A test of an option's value, with a description of what it expects. */
export interface OptionKind {
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
}

/**
 * Checks that `options` is an object with known keys only and values of the right kind, or undefined.
 *
 * @throws UsageError for the first wrong option; for an unknown name it suggests the nearest one.
 */
export function checkOptions(
  options: unknown,
  kinds: Readonly<Record<string, OptionKind>>,
  where: string,
): void {
  if (!isObject(options) || Array.isArray(options)) {
    throw new UsageError({
      where: `options of ${where}`,
      expected: "an object",
      got: describeValue(options),
    });
  }
  const names = Object.keys(kinds);
  for (const [name, value] of Object.entries(options)) {
    if (!names.includes(name)) {
      throw new UsageError(
        unknownName({ where: `options of ${where}`, expected: "an option's name", name, names }),
      );
    }
    const { fits, expected } = kinds[name];
    if (value === undefined || fits(value)) continue;
    throw new UsageError({ where: name, expected, got: describeValue(value) });
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

const MAX_LETTERS = 60;
const MAX_MEMBERS = 12;

/** Describes any value for an error message. */
export function describeValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, MAX_LETTERS));
  if (typeof value === "function") return "a function";
  if (!isObject(value)) return String(value);
  if (Array.isArray(value)) {
    const members = value
      .slice(0, MAX_MEMBERS)
      .map((member) => (isObject(member) ? "…" : describeValue(member)));
    return `[${members.join(", ")}${value.length > MAX_MEMBERS ? ", …" : ""}]`;
  }
  const name: unknown = value.constructor?.name;
  if (typeof name !== "string" || name === "Object" || name === "") return "an object";
  return `${/^([AEIOU](?!int)|HTML|SVG)/.test(name) ? "an" : "a"} ${name}`;
}
