import { oneLine } from "../../errors.ts";
import { displayWidth } from "./displayWidth.ts";

export interface Column {
  readonly heading: string;
  readonly align: "left" | "right";
}

/** A cell's text is cut here, since it widens its column in every row. `--json` prints all of it. */
const MAX_CELL = 200;

/** Lines of a table, headings first; columns are two spaces apart. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const headings = columns.map(({ heading }) => cellText(heading));
  const all = [headings, ...rows.map((row) => row.map(cellText))];
  const widths = columns.map(({ align }, i) => {
    // Nothing stands right of it, so nothing fills it up.
    if (align === "left" && i === columns.length - 1) return 0;
    return all.reduce((width, row) => Math.max(width, displayWidth(row[i] ?? "")), 0);
  });
  return all.map((row) => formatRow(row, columns, widths));
}

export function formatRow(
  cells: readonly string[],
  columns: readonly Column[],
  widths: readonly number[],
): string {
  const padded = cells.map((cell, i) => {
    const space = widths[i] === 0 ? "" : " ".repeat(Math.max(0, widths[i] - displayWidth(cell)));
    return columns[i].align === "left" ? cell + space : space + cell;
  });
  return padded.join("  ").trimEnd();
}

/** A cell as it is printed, cut to a sensible width. */
export function cellText(text: string): string {
  return oneLine(text.length <= MAX_CELL ? text : `${text.slice(0, MAX_CELL)}…`);
}
