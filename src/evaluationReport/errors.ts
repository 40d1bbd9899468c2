import type { Analysis } from "../evaluation/analysis/analyze.ts";
import { ERROR_KINDS, type ErrorKind } from "../evaluation/analysis/errors.ts";
import type { Evaluation } from "../evaluation/evaluate.ts";
import { thresholdText } from "./figures.ts";
import { count, mean, section, table } from "./html.ts";

const MEANING: Readonly<Record<ErrorKind, string>> = {
  class: "right place, wrong class",
  location: "right class, box too far off",
  both: "wrong class and too far off",
  duplicate: "right, but the truth was taken by a better one",
  background: "on nothing",
  missed: "truth that nothing points at",
};

/** The kinds of error by what they cost, and the classes with the most. */
export function errorTable({ categories }: Evaluation, { errors }: Analysis): string {
  const { averagePrecision, foregroundIou, backgroundIou } = errors;
  const most = Math.max(1e-9, ...errors.errors.map(({ gain }) => gain));
  const rows = errors.errors.map(({ kind, count: number, gain }) => [
    kind,
    MEANING[kind],
    count(number),
    { text: gain.toFixed(3), bar: gain / most },
    worstClasses(kind),
  ]);
  return section(
    "Errors",
    `TIDE's six kinds at a threshold of ${thresholdText(foregroundIou)} (background: ${thresholdText(backgroundIou)}), where AP is ${mean(averagePrecision)}. Gain is the AP that would come of putting this kind alone right.`,
    table(
      "Kinds of error",
      [
        { heading: "Kind" },
        { heading: "What it is" },
        { heading: "Count", isNumber: true },
        { heading: "Gain", isNumber: true },
        { heading: "Most in" },
      ],
      rows,
      "wrapped",
    ),
    "errors",
  );

  function worstClasses(kind: ErrorKind): string {
    const place = ERROR_KINDS.indexOf(kind);
    const counts = categories.map(({ name }, k) => ({
      name,
      number: errors.perCategory[k * ERROR_KINDS.length + place],
    }));
    const worst = counts.filter(({ number }) => number > 0).sort((a, b) => b.number - a.number);
    return worst
      .slice(0, 3)
      .map(({ name, number }) => `${name} ${count(number)}`)
      .join(", ");
  }
}
