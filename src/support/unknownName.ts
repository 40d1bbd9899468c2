/** What to say about a name that is not known: the one that was probably meant comes first, the list after it. */
import type { Fault } from "../errors.ts";
import { nearestNames } from "./nearestNames.ts";

interface UnknownName {
  readonly where: string;
  /** What the name is: `a model's name`. */
  readonly expected: string;
  readonly name: string;
  /** The known names. */
  readonly names: readonly string[];
  /** What other programs call them: their name in lower case → the known one. */
  readonly aliases?: Readonly<Record<string, string>>;
}

/** `where: expected a model's name, got "x". Did you mean y? The names are y, z.` */
export function unknownName({ where, expected, name, names, aliases = {} }: UnknownName): Fault {
  const meant = Object.hasOwn(aliases, name.toLowerCase())
    ? aliases[name.toLowerCase()]
    : mostSimilar(name, names);
  const guess = meant === undefined ? "" : `Did you mean ${meant}? `;
  return {
    where,
    expected,
    got: JSON.stringify(name),
    hint: `${guess}${names.length === 1 ? `The only name is ${names[0]}.` : `The names are ${names.join(", ")}.`}`,
  };
}

/** The known name that is nearest to a misspelled one, upper and lower case being alike; undefined if none is near. */
export function mostSimilar(name: string, names: readonly string[]): string | undefined {
  return similarNames(name, names, 1)[0];
}

/** At most `count` known names that are near to a misspelled one, the nearest first. */
export function similarNames(name: string, names: readonly string[], count: number): string[] {
  const wanted = name.toLowerCase();
  const near = names
    .map((known) => ({ known, edits: edits(wanted, known.toLowerCase()) }))
    .filter(({ known, edits }) => edits < MAX_EDITS * Math.max(wanted.length, known.length))
    .sort((a, b) => a.edits - b.edits);
  if (near.length > 0) return near.slice(0, count).map(({ known }) => known);
  return [nearestNames([name], names).get(name)].filter((known) => known !== undefined);
}

/** Names that differ in more than this share of their letters are not alike. */
const MAX_EDITS = 0.4;
const MAX_COMPARED = 64;

/**
 * How many letters must be inserted, removed, replaced or swapped with their neighbor to turn one name into the other
 * (optimal string alignment; Damerau 1964).
 */
function edits(from: string, to: string): number {
  const [a, b] = [from.slice(0, MAX_COMPARED), to.slice(0, MAX_COMPARED)];
  let last: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const before = last;
    last = row;
    row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(replaced, last[j] + 1, row[j - 1] + 1);
      const areSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (areSwapped) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.length] + from.length - a.length + to.length - b.length;
}
