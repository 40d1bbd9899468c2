import { type Size, textWidth } from "./project.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

type Attributes = Readonly<Record<string, string | number>>;

export function element(name: string, attributes: Attributes, children: readonly string[] = []): string {
  const written = Object.entries(attributes).map(([key, value]) => {
    // Three decimals, so that every machine writes the same file.
    const short = String(value).replace(/\d+\.\d{4,}/g, (long) => String(Number(Number(long).toFixed(3))));
    return ` ${key}="${short}"`;
  });
  return `<${name}${written.join("")}${children.length > 0 ? `>${children.join("\n")}</${name}>` : "/>"}`;
}

/** A line with a dark rim, which shows on every background. */
export function rimmed(name: string, shape: Attributes, color: string, width: number): string {
  const line = { ...shape, fill: "none", "stroke-linecap": "round", "stroke-linejoin": "round" };
  const rim = element(name, { ...line, stroke: "#000", "stroke-opacity": 0.45, "stroke-width": width + 3 });
  return `${rim}\n${element(name, { ...line, stroke: color, "stroke-width": width })}`;
}

export function arrow(from: Point, to: Point): string {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const [dx, dy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const barb = (side: number) => `${to.x - 15 * dx + side * 9 * dy} ${to.y - 15 * dy - side * 9 * dx}`;
  const tip = `M${barb(1)}L${to.x} ${to.y}L${barb(-1)}`;
  return rimmed("path", { d: `M${from.x} ${from.y}L${to.x} ${to.y}${tip}` }, "#fff", 5);
}

/** Words on a plate, given by the middle of its left edge: white on black, or black on a bright color. */
export function label(words: string, { x, y }: Point, color = "#000"): string {
  // With room for fonts that are wider than the project's own, by which it is measured.
  const width = 1.12 * textWidth(words, 16) + 18;
  const plate = { x, y: y - 17, width, height: 34, rx: 8, fill: color, "fill-opacity": 0.9 };
  const ink = { fill: color === "#000" ? "#fff" : "#000", "font-size": 22, "text-anchor": "middle" };
  return element("rect", plate) + text("text", words, { x: x + width / 2, y: y + 8, ...ink });
}

type Panel = readonly [title: string, shapes: readonly string[]];

/**
 * Panels of one size in two columns, each below its letter and title, drawn at twice the size at which pages
 * show them. The background is the figure's own: pages may be light or dark.
 */
export function figure(name: string, { width, height }: Size, panels: readonly Panel[]): string {
  const [margin, gap, head, paper, ink] = [24, 36, 56, "#faf9f6", "#20242c"];
  const sheet = {
    width: 2 * (margin + width) + gap,
    height: Math.ceil(panels.length / 2) * (head + height) + 2 * margin - 8,
  };
  const drawn = panels.flatMap(([title, shapes], index) => {
    const x = margin + (index % 2) * (width + gap);
    const y = Math.floor(index / 2) * (head + height) + head + 8;
    const letter = { x: x + 17, y: y - 17, "font-size": 26, "text-anchor": "middle", fill: paper };
    return [
      element("rect", { x, y: y - 44, width: 34, height: 37, rx: 8, fill: ink }),
      text("text", "abcdef"[index], letter),
      text("text", title, { x: x + 50, y: y - 17, "font-size": 27, fill: ink }),
      element("svg", { x, y, width, height }, [text("title", title), ...shapes]),
      element("rect", { x, y, width, height, fill: "none", stroke: ink, "stroke-opacity": 0.5 }),
    ];
  });
  const root = {
    xmlns: "http://www.w3.org/2000/svg",
    ...{ width: sheet.width / 2, height: sheet.height / 2, viewBox: `0 0 ${sheet.width} ${sheet.height}` },
    "font-family": "Helvetica, Arial, sans-serif",
  };
  const background = element("rect", { ...sheet, rx: 12, fill: paper });
  return `${element("svg", root, [text("title", name), background, ...drawn])}\n`;
}

function text(name: "text" | "title", words: string, attributes: Attributes = {}): string {
  return element(name, attributes, [words.replaceAll("&", "&amp;").replaceAll("<", "&lt;")]);
}
