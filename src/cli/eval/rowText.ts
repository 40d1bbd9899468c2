import type { CategoryRows, Evaluation } from "../../evaluation/evaluate.ts";
import type { EvaluationParameters } from "../../evaluation/parameters.ts";
import type { Row } from "../../evaluation/rows.ts";
import { formatCount } from "../terminal/formatNumber.ts";
import { type Column, formatTable } from "../terminal/table.ts";

/** A row as pycocotools prints it. */
export function rowText(
  { kind, iouThreshold, area, maxDetections, value }: Row,
  parameters: EvaluationParameters,
): string {
  const { iouThresholds } = parameters;
  const iou =
    iouThreshold === undefined
      ? `${decimals(iouThresholds[0], 2)}:${decimals(iouThresholds.at(-1) ?? 0, 2)}`
      : decimals(iouThreshold, 2);
  const [title, short] = kind === "precision" ? ["Average Precision", "(AP)"] : ["Average Recall", "(AR)"];
  const place = `IoU=${iou.padEnd(9)} | area=${area.padStart(6)} | maxDets=${String(maxDetections).padStart(3)}`;
  return ` ${title.padEnd(18)} ${short} @[ ${place} ] = ${decimals(value, 3)}`;
}

/**
 * A number as Python formats it: a tie, of which the decimals are exact in binary, goes to the even digit.
 * JavaScript's `toFixed` takes the larger.
 */
export function decimals(value: number, count: number): string {
  const text = value.toFixed(count);
  const scaled = Math.abs(value) * 10 ** count;
  const isExact = scaled % 1 === 0.5 && Number.isInteger(value * 2 ** (count + 1));
  if (!isExact || Math.floor(scaled) % 2 === 1) return text;
  return (Math.sign(value) * (Math.floor(scaled) / 10 ** count)).toFixed(count);
}

const MISSING = "–";

/** A mean in the tables: three decimals, or a dash where there is no truth. */
function meanText(value: number): string {
  return value < 0 ? MISSING : decimals(value, 3);
}

/** A table with one line per class. */
export function classTable({ categories }: Evaluation): string[] {
  const rows = categories[0]?.rows ?? [];
  const column = (heading: string): Column => ({ heading, align: "right" });
  const columns: Column[] = [
    { heading: "class", align: "left" },
    ...["truths", "found", ...rows.map(({ name }) => name)].map(column),
  ];
  return formatTable(columns, categories.map(classCells));
}

function classCells({ name, truths, found, rows }: CategoryRows): string[] {
  return [name, formatCount(truths), formatCount(found), ...rows.map(({ value }) => meanText(value))];
}

/** The rows of two evaluations side by side, and of their classes if asked for. */
export function againstTable(first: Evaluation, second: Evaluation, perClass: boolean): string[] {
  const columns: Column[] = [
    { heading: "row", align: "left" },
    { heading: "results", align: "right" },
    { heading: "against", align: "right" },
    { heading: "difference", align: "right" },
  ];
  const lines = first.rows.map((row, i) => differenceCells(row.name, row.value, second.rows[i].value));
  if (perClass) {
    const others = new Map(second.categories.map((category) => [category.id, category]));
    for (const { id, name, rows } of first.categories) {
      const other = others.get(id)?.rows[0].value ?? -1;
      lines.push(differenceCells(`${rows[0].name} ${name}`, rows[0].value, other));
    }
  }
  return formatTable(columns, lines);
}

function differenceCells(name: string, value: number, other: number): string[] {
  const difference = value < 0 || other < 0 ? MISSING : signed(value - other);
  return [name, meanText(value), meanText(other), difference];
}

function signed(value: number): string {
  const text = decimals(Math.abs(value), 3);
  return value === 0 ? "0" : `${value > 0 ? "+" : "−"}${text}`;
}
