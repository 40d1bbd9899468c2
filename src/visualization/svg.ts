import { oneLine } from "../errors.ts";

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** XML allows no control characters, not even as entities; `oneLine` writes them as escapes. */
export function escaped(text: string): string {
  return oneLine(text)
    .replace(/[\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"]/g, (character) => ENTITIES[character]);
}

/** Coordinates to a hundredth of a pixel. */
export function tidy(value: number): number {
  return Math.round(value * 100) / 100;
}

export interface Picture {
  readonly title: string;
  /** What readers that do not see it are told. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly fontSize: number;
  /** The style sheet: colors on a dark screen. */
  readonly style: string;
  /** Elements below the title. */
  readonly elements: readonly string[];
}

/** A drawing on a ground, with its title at the top. */
export function picture({ title, description, width, height, fontSize, style, elements }: Picture): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="${fontSize}">
<title>${escaped(title)}</title>
<desc>${escaped(description)}</desc>
<style>${style}</style>
<rect class="ground" width="100%" height="100%" fill="#ffffff"/>
<text class="ink" x="16" y="24" font-size="14" fill="#1f2328">${escaped(title)}</text>
${elements.filter((element) => element !== "").join("\n")}
</svg>
`;
}
