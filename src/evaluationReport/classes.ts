import type { Analysis } from "../evaluation/analysis/analyze.ts";
import { ERROR_KINDS } from "../evaluation/analysis/errors.ts";
import type { CategoryRows, Evaluation } from "../evaluation/evaluate.ts";
import { escaped } from "../visualization/svg.ts";
import { MAX_CLASS_CHARTS } from "./chartFile.ts";
import { classFigure, scoreText } from "./figures.ts";
import { type Cell, count, figure, mean, section, table } from "./html.ts";

/** More rows would make a page of megabytes. */
const MAX_CLASS_ROWS = 400;

interface Placed extends CategoryRows {
  readonly k: number;
}

function byPrecision({ categories }: Evaluation): Placed[] {
  const placed = categories.map((category, k) => ({ ...category, k }));
  return placed.sort((a, b) => b.rows[0].value - a.rows[0].value);
}

export function classTable(evaluation: Evaluation, { scoreCurves, errors }: Analysis): string {
  const names = evaluation.rows.map(({ name }) => name);
  const number = (heading: string) => ({ heading, isNumber: true });
  const columns = [
    { heading: "Class" },
    ...["truths", "found", ...names, "best F1", "at score", ...ERROR_KINDS].map(number),
  ];
  const all = byPrecision(evaluation);
  const rows = all.slice(0, MAX_CLASS_ROWS).map(({ name, truths, found, rows: own, k }) => {
    const { best } = scoreCurves.categories[k];
    const width = ERROR_KINDS.length;
    return [
      name,
      count(truths),
      count(found),
      ...own.map(
        ({ value }, i): Cell => (i === 0 ? { text: mean(value), bar: value } : { text: mean(value) }),
      ),
      best ? best.f1.toFixed(3) : "–",
      best ? scoreText(best.score) : "–",
      ...Array.from(errors.perCategory.subarray(k * width, (k + 1) * width), count),
    ];
  });
  const rest = all.length - rows.length;
  const more = rest === 0 ? "" : `<p class="note">${count(rest)} further classes are left out.</p>`;
  return table("Classes", columns, rows) + more;
}

/** Small curves of each class that has truth. */
export function classCharts(evaluation: Evaluation, analysis: Analysis): string {
  const present = byPrecision(evaluation).filter(({ rows }) => rows[0].value >= 0);
  if (present.length < 2) return "";
  const items = present.slice(0, MAX_CLASS_CHARTS).map(({ name, rows, k }) => {
    const title = `<p><span class="name">${escaped(name)}</span><span class="value">${mean(rows[0].value)}</span></p>`;
    return `<li>${title}${figure(classFigure(analysis, k))}</li>`;
  });
  const rest = present.length - items.length;
  const note = `Precision over recall at 0.5, and paler at 0.75; beside the name, AP.${rest === 0 ? "" : ` ${count(rest)} further classes are left out.`}`;
  return section("Curves of the classes", note, `<ul class="classes">${items.join("\n")}</ul>`);
}
