/** The few elements of which the report is made. All text passes through `escaped`. */
import { escaped } from "../visualization/svg.ts";

export interface TableColumn {
  readonly heading: string;
  /** Numbers are set right. */
  readonly isNumber?: boolean;
}

export interface Cell {
  readonly text: string;
  /** From 0 to 1: a bar behind the number. */
  readonly bar?: number;
}

/**
 * A table that scrolls by itself if the page is too narrow. The first cell of each row is its heading.
 * `name` is said to those who do not see the caption's place.
 */
export function table(
  name: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly (string | Cell)[])[],
  kind = "",
): string {
  const headings = columns.map(
    ({ heading, isNumber }) => `<th scope="col"${isNumber ? ' class="number"' : ""}>${escaped(heading)}</th>`,
  );
  const lines = rows.map((row) => {
    const cells = row.map((cell, i) =>
      tableCell(typeof cell === "string" ? { text: cell } : cell, columns[i], i),
    );
    return `<tr>${cells.join("")}</tr>`;
  });
  return `<div class="scroll${kind && ` ${kind}`}" role="region" aria-label="${escaped(name)}, table" tabindex="0"><table>
<thead><tr>${headings.join("")}</tr></thead>
<tbody>
${lines.join("\n")}
</tbody></table></div>`;
}

function tableCell({ text, bar }: Cell, { isNumber }: TableColumn, index: number): string {
  if (index === 0) return `<th scope="row">${escaped(text)}</th>`;
  const kind = [...(isNumber ? ["number"] : []), ...(bar === undefined ? [] : ["bar"])].join(" ");
  const style =
    bar === undefined ? "" : ` style="--share:${Math.round(100 * Math.max(0, Math.min(1, bar)))}%"`;
  return `<td${kind ? ` class="${kind}"` : ""}${style}>${escaped(text)}</td>`;
}

/** A drawing that is read out as its name and description. */
export function figure(
  {
    name,
    description,
    width,
    height,
    elements,
  }: {
    readonly name: string;
    readonly description: string;
    readonly width: number;
    readonly height: number;
    readonly elements: readonly string[];
  },
  caption?: string,
): string {
  const label = escaped(description === "" ? name : `${name}. ${description}`);
  const svg = `<svg role="img" aria-label="${label}" viewBox="0 0 ${width} ${height}" style="max-width:${width}px" font-size="11">
${elements.filter((element) => element !== "").join("\n")}
</svg>`;
  return `<figure>${svg}${caption === undefined ? "" : `<figcaption>${escaped(caption)}</figcaption>`}</figure>`;
}

/** A part of the page with a heading, and words that say how to read it. */
export function section(heading: string, note: string, content: string, kind = ""): string {
  const id = heading.toLowerCase().replace(/[^a-z]+/g, "-");
  return `<section${kind && ` class="${kind}"`} aria-labelledby="${id}">
<h2 id="${id}">${escaped(heading)}</h2>
${note === "" ? "" : `<p class="note">${escaped(note)}</p>`}
${content}
</section>`;
}

/** From 0 to 1 with three decimals, as pycocotools prints; a dash where there is no truth. */
export function mean(value: number): string {
  return value < 0 ? "–" : value.toFixed(3);
}

/** 36781 → 36,781. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}
