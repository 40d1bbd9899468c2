import type { Analysis } from "../evaluation/analysis/analyze.ts";
import type { Evaluation } from "../evaluation/evaluate.ts";
import { escaped, picture, tidy } from "../visualization/svg.ts";
import { classFigure, type Drawing, precisionFigure, scoreFigure } from "./figures.ts";
import { mean } from "./html.ts";

/** More classes would make a picture that nobody looks through; the report's table has them. */
export const MAX_CLASS_CHARTS = 120;

const COLUMNS = 8;
const CELL = { width: 132, height: 122 };
const MARGIN = 16;
const TOP = 44;

/** Presentation attributes are the light scheme, so that a policy that forbids inline styles leaves a readable chart. */
const DARK = `svg { color-scheme: light dark }
@media (prefers-color-scheme: dark) {
.ground, .key-ground { fill: #14171a } .ink { fill: #e8eaec } .faint { fill: #a0a9b2 } .grid { stroke: #33393f }
.curve { stroke: #8fc1ff } .mark { fill: #ff8a57 } .mark-line { stroke: #ff8a57 }
}`;

/**
 * A self-contained SVG of precision over recall at each threshold, F1 over score with the best score named, and
 * precision over recall of each class (the first 120). Follows the reader's light or dark color scheme; screen readers
 * are told the numbers.
 */
export function evaluationChart(evaluation: Evaluation, analysis: Analysis): string {
  const [precision, score] = [precisionFigure(analysis), scoreFigure(analysis)];
  const classes = evaluation.categories
    .map((category, k) => ({ ...category, k }))
    .filter(({ rows }) => rows[0].value >= 0);
  const shown = classes.slice(0, MAX_CLASS_CHARTS);
  const below = TOP + precision.height + 34;
  const cells = shown.map(({ name, rows, k }, i) => {
    const left = MARGIN + (i % COLUMNS) * CELL.width;
    const top = below + Math.floor(i / COLUMNS) * CELL.height;
    const title = name.length <= 15 ? name : `${name.slice(0, 14)}…`;
    return `<g transform="translate(${left} ${top})"><text class="ink" y="-5" fill="#15181b">${escaped(title)}</text><text class="faint" x="119" y="-5" text-anchor="end" fill="#545d66">${mean(rows[0].value)}</text>${classFigure(analysis, k).elements.join("")}</g>`;
  });
  const left = MARGIN + precision.width + 2;
  const width = 2 * MARGIN + Math.max(COLUMNS * CELL.width, 2 * precision.width + 2) - 12;
  const height = below + Math.ceil(shown.length / COLUMNS) * CELL.height;
  const said = (drawing: Drawing) => `${drawing.name}: ${drawing.description}`;
  const worst = [...classes].sort((a, b) => a.rows[0].value - b.rows[0].value).slice(0, 5);
  const lowest = worst.map(({ name, rows }) => `${name} ${mean(rows[0].value)}`).join(", ");
  return picture({
    title: `${evaluation.arranged.results.name}: AP ${mean(evaluation.rows[0].value)}`,
    description: `${said(precision)} ${said(score)} Classes of the lowest AP: ${lowest || "none"}.`,
    width: tidy(width),
    height: tidy(height),
    fontSize: 11,
    style: DARK,
    elements: [place(precision, MARGIN, TOP), place(score, left, TOP), ...cells],
  });
}

function place({ elements }: Drawing, left: number, top: number): string {
  return `<g transform="translate(${left} ${top})">\n${elements.filter((element) => element !== "").join("\n")}\n</g>`;
}
