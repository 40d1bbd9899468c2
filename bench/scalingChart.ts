import type { ScalingRow } from "./scaling.ts";

/** Size of a panel, in the SVG's units. */
const [WIDTH, HEIGHT] = [360, 300];
const MARGIN = { left: 62, top: 44, right: 24, bottom: 44 };
const COLORS = ["#1f6fb4", "#c8501e", "#3b8a3e", "#7d4fa8"];

interface Line {
  readonly label: string;
  readonly color: string;
  /** Drawn as an area below the other lines. */
  readonly isBand?: boolean;
  readonly points: readonly (readonly [size: number, value: number])[];
}

/**
 * Draws time and memory against the input's size, one line per number of threads. The times have a reference line: the
 * multiply-adds, scaled to the time of one thread at the middle size. A time that grows faster than the work departs from
 * it. Both axes of the times are logarithmic, so that a cost proportional to the area is a straight line.
 */
export function scalingChart(rows: readonly ScalingRow[], title: string): string {
  const counts = [...new Set(rows.map(({ threads }) => threads))];
  const lines = (value: (row: ScalingRow) => number): Line[] =>
    counts.map((threads, index) => ({
      label: threads === 1 ? "1 thread" : `${threads} threads`,
      color: COLORS[index % COLORS.length],
      points: rows.filter((row) => row.threads === threads).map((row) => [row.size, value(row)]),
    }));
  const first = rows.filter(({ threads }) => threads === counts[0]);
  const middle = first[Math.floor(first.length / 2)];
  const scale = middle.ms / 1000 / middle.multiplyAdds;
  const multiplyAdds: Line = {
    label: "multiply-adds",
    color: "#ccc",
    isBand: true,
    points: first.map((row) => [row.size, row.multiplyAdds * scale]),
  };
  const panels = [
    panel("seconds", "logarithmic", [multiplyAdds, ...lines(({ ms }) => ms / 1000)]),
    panel(
      "gigabytes resident at most",
      "linear",
      lines(({ peakMemoryMB }) => peakMemoryMB / 1000),
    ),
  ];
  const width = WIDTH * panels.length;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${HEIGHT + 24}" width="${width}" height="${HEIGHT + 24}" font-family="sans-serif" font-size="12">`,
    `<title>${title}: time and memory against the input's size</title>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    text(width / 2, 18, title, `text-anchor="middle" font-size="14"`),
    ...panels.map((content, index) => `<g transform="translate(${index * WIDTH} 24)">${content}</g>`),
    "</svg>",
    "",
  ].join("\n");
}

type Kind = "linear" | "logarithmic";

function panel(unit: string, kind: Kind, lines: readonly Line[]): string {
  const points = lines.flatMap((line) => line.points);
  const sizes = [...new Set(points.map(([size]) => size))].sort((a, b) => a - b);
  const values = points.map(([, value]) => value);
  const ticks = kind === "linear" ? linearTicks(Math.max(...values)) : decadeTicks(values);
  const x = axis([sizes[0], sizes[sizes.length - 1]], [MARGIN.left, WIDTH - MARGIN.right], kind);
  const y = axis([ticks[0], ticks[ticks.length - 1]], [HEIGHT - MARGIN.bottom, MARGIN.top], kind);
  const right = WIDTH - MARGIN.right;
  return [
    text(MARGIN.left, MARGIN.top - 26, unit, `fill="#333"`),
    ...ticks.flatMap((tick) => [
      `<path d="M${MARGIN.left} ${y(tick)}H${right}" stroke="#ddd"/>`,
      text(MARGIN.left - 6, y(tick) + 4, `${tick}`, `text-anchor="end" fill="#333"`),
    ]),
    ...sizes.map((size) =>
      text(x(size), HEIGHT - MARGIN.bottom + 18, `${size}`, `text-anchor="middle" fill="#333"`),
    ),
    text(WIDTH / 2, HEIGHT - 8, "pixels of the input's side", `text-anchor="middle" fill="#333"`),
    ...lines.map(({ points, color, isBand }) => {
      const path = points.map(([size, value]) => `${round(x(size))} ${round(y(value))}`).join("L");
      return `<path d="M${path}" fill="none" stroke="${color}" stroke-width="${isBand ? 6 : 2}"/>`;
    }),
    ...lines
      .filter(({ isBand }) => !isBand)
      .flatMap(({ points, color }) =>
        points.map(
          ([size, value]) => `<circle cx="${round(x(size))}" cy="${round(y(value))}" r="3" fill="${color}"/>`,
        ),
      ),
    ...legend(lines),
  ].join("\n");
}

/** In the top left corner, which growing lines leave free. */
function legend(lines: readonly Line[]): string[] {
  return lines.flatMap(({ label, color, isBand }, index) => {
    const [left, top] = [MARGIN.left + 10, MARGIN.top + 12 + index * 17];
    return [
      `<path d="M${left} ${top}h24" stroke="${color}" stroke-width="${isBand ? 6 : 2}"/>`,
      text(left + 30, top + 4, label, `fill="#333"`),
    ];
  });
}

/** Maps a value to its coordinate. */
function axis(
  [low, high]: readonly [number, number],
  [start, end]: readonly [number, number],
  kind: Kind,
): (value: number) => number {
  const f = kind === "linear" ? (value: number) => value : Math.log;
  const span = f(high) - f(low) || 1;
  return (value) => start + ((f(value) - f(low)) / span) * (end - start);
}

/** About five steps from 0, each 1, 2 or 5 times a power of ten. */
function linearTicks(max: number): number[] {
  const decade = 10 ** Math.floor(Math.log10(max));
  const step = [0.1, 0.2, 0.5, 1, 2].map((part) => part * decade).find((part) => max / part <= 6) ?? decade;
  return Array.from({ length: Math.ceil(max / step) + 1 }, (_, index) =>
    Number((index * step).toPrecision(6)),
  );
}

/** 1, 2 and 5 times the powers of ten in the range of the values. */
function decadeTicks(values: readonly number[]): number[] {
  const ticks: number[] = [];
  for (let power = -4; power < 6; power++)
    for (const part of [1, 2, 5]) ticks.push(Number((part * 10 ** power).toPrecision(3)));
  const first = ticks.findLastIndex((tick) => tick <= Math.min(...values));
  const last = ticks.findIndex((tick) => tick >= Math.max(...values));
  return ticks.slice(first, last + 1);
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${content}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
