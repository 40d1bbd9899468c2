/** A confusion matrix as a picture: a row per true class, a column per class found. */
import { escaped, tidy } from "./svg.ts";

export interface ConfusionChart {
  /** Of rows and columns; background follows. */
  readonly names: readonly string[];
  /** [truth][found], one more than `names` of both. */
  readonly counts: ArrayLike<number>;
}

export interface ConfusionDrawing {
  readonly width: number;
  readonly height: number;
  readonly elements: readonly string[];
}

const SIDE = 660;
const MAX_CELL = 44;
const MIN_CELL = 8;
const LEVELS = 8;
/** Cells that answer to the pointer: the fullest. */
const MAX_TITLES = 400;
const LABEL_LENGTH = 18;

/**
 * Each cell as dark as its share of the row: the diagonal in one color, what is off it in another. The fullest cells have
 * a title with their numbers.
 */
export function confusionChart({ names, counts }: ConfusionChart): ConfusionDrawing {
  const n = names.length + 1;
  const cell = Math.max(MIN_CELL, Math.min(MAX_CELL, Math.floor(SIDE / n)));
  const fontSize = Math.max(7, Math.min(11, cell - 1));
  const longest = Math.min(LABEL_LENGTH, Math.max(10, ...names.slice(0, 1000).map((name) => name.length)));
  const margin = Math.ceil(longest * fontSize * 0.56) + 10;
  const labels = names.map(shortened);
  const totals = Array.from({ length: n }, (_, row) => {
    let sum = 0;
    for (let column = 0; column < n; column++) sum += counts[row * n + column];
    return sum;
  });
  const paths = new Map<string, string[]>();
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) {
      const count = counts[row * n + column];
      if (count === 0) continue;
      const level = Math.max(1, Math.ceil(LEVELS * Math.sqrt(count / totals[row])));
      const key = `${row === column ? "hit" : "miss"} ${level}`;
      const square = `M${margin + column * cell} ${margin + row * cell}h${cell - 1}v${cell - 1}h${1 - cell}z`;
      const path = paths.get(key);
      if (path) path.push(square);
      else paths.set(key, [square]);
    }
  }
  const size = margin + n * cell;
  const far = size + 1;
  return {
    width: far,
    height: far,
    elements: [
      `<path class="ground-cells" d="M${margin} ${margin}h${n * cell}v${n * cell}h${-n * cell}z" fill="#f5f6f7"/>`,
      ...[...labels, "background"].map((name, i) =>
        rowLabel(name, margin, margin + (i + 0.5) * cell, fontSize),
      ),
      ...[...labels, "missed"].map((name, i) =>
        columnLabel(name, margin, margin + (i + 0.5) * cell, fontSize),
      ),
      ...[...paths].map(([key, squares]) => {
        const [kind, level] = key.split(" ");
        const fill = kind === "hit" ? "#1f5d99" : "#b83a0b";
        return `<path class="${kind}" d="${squares.join("")}" fill="${fill}" fill-opacity="${tidy(Number(level) / LEVELS)}"/>`;
      }),
      `<path class="grid" d="M${margin} ${size - cell - 0.5}h${n * cell}M${size - cell - 0.5} ${margin}v${n * cell}" stroke="#545d66" stroke-width="0.5"/>`,
      ...titledCells(names, counts, totals, { margin, cell }),
    ],
  };
}

function shortened(name: string): string {
  return name.length <= LABEL_LENGTH ? name : `${name.slice(0, LABEL_LENGTH - 1)}…`;
}

function rowLabel(name: string, margin: number, middle: number, fontSize: number): string {
  const y = tidy(middle + fontSize * 0.35);
  return `<text class="faint" x="${margin - 5}" y="${y}" text-anchor="end" font-size="${fontSize}" fill="#545d66">${escaped(name)}</text>`;
}

function columnLabel(name: string, margin: number, middle: number, fontSize: number): string {
  const x = tidy(middle + fontSize * 0.35);
  return `<text class="faint" transform="translate(${x} ${margin - 5}) rotate(-90)" font-size="${fontSize}" fill="#545d66">${escaped(name)}</text>`;
}

function titledCells(
  names: readonly string[],
  counts: ArrayLike<number>,
  totals: readonly number[],
  { margin, cell }: { margin: number; cell: number },
): string[] {
  const n = names.length + 1;
  const places = Array.from({ length: n * n }, (_, i) => i).filter((i) => counts[i] > 0);
  places.sort((a, b) => counts[b] - counts[a]);
  return places.slice(0, MAX_TITLES).map((i) => {
    const [row, column] = [Math.floor(i / n), i % n];
    const text = `${names[row] ?? "background"} found as ${names[column] ?? "background (missed)"}: ${counts[i]} of ${totals[row]}`;
    return `<rect x="${margin + column * cell}" y="${margin + row * cell}" width="${cell}" height="${cell}" fill="none" pointer-events="all"><title>${escaped(text)}</title></rect>`;
  });
}
