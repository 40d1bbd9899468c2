import { displayWidth } from "./displayWidth.ts";

export interface Column {
  readonly heading: string;
  readonly align: "left" | "right";
}

/** Lines of a table, headings first; columns are two spaces apart. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const headings = columns.map(({ heading }) => heading);
  const all = [headings, ...rows];
  const widths = columns.map((_, i) => Math.max(...all.map((row) => displayWidth(row[i] ?? ""))));
  return all.map((row) => formatRow(row, columns, widths));
}

export function formatRow(
  cells: readonly string[],
  columns: readonly Column[],
  widths: readonly number[],
): string {
  const padded = cells.map((cell, i) => {
    const space = " ".repeat(Math.max(0, widths[i] - displayWidth(cell)));
    return columns[i].align === "left" ? cell + space : space + cell;
  });
  return padded.join("  ").trimEnd();
}
