/** Lines over a square from 0 to 1, or over a range of x: precision over recall, F1 over score. */
import { escaped, tidy } from "./svg.ts";

export interface ChartLine {
  /** Said by the line's title. */
  readonly name: string;
  readonly x: ArrayLike<number>;
  /** From 0 to 1. A negative one means that there is none. */
  readonly y: ArrayLike<number>;
  /** `strong`: the line that the chart is about; `faint`: one of many behind it. */
  readonly weight?: "strong" | "faint";
  /** From 0 (pale) to 1. Default 1. */
  readonly strength?: number;
  readonly dashed?: boolean;
}

export interface LineChart {
  readonly lines: readonly ChartLine[];
  readonly width: number;
  readonly height: number;
  /** Below and above the axes; without both there are no numbers at the axes either. */
  readonly xLabel?: string;
  readonly yLabel?: string;
  /** Default 0 and 1. */
  readonly xRange?: readonly [from: number, to: number];
  /** Whether the lines' keys stand above the plot; faint lines share the last. */
  readonly keys?: readonly string[];
  /** A point with words. */
  readonly mark?: { readonly x: number; readonly y: number; readonly text: string };
}

/** The elements of the chart with its top left corner at (0, 0). Colors are presentation attributes for light grounds; classes let a style sheet replace them. */
export function lineChart({
  lines,
  width,
  height,
  xLabel,
  yLabel,
  xRange = [0, 1],
  keys = [],
  mark,
}: LineChart): string[] {
  const isLabelled = xLabel !== undefined || yLabel !== undefined;
  const left = isLabelled ? 34 : 1;
  const top = yLabel === undefined ? 2 : 20;
  const plot = {
    left,
    top,
    width: width - left - (isLabelled ? 12 : 1),
    height: height - top - (isLabelled ? 36 : 1),
  };
  const [from, to] = xRange;
  const place = {
    x: (value: number) => tenth(plot.left + (plot.width * (value - from)) / (to - from || 1)),
    y: (value: number) => tenth(plot.top + plot.height * (1 - value)),
  };
  return [
    ...grid(plot, xRange, isLabelled),
    ...labels(plot, height, xLabel, yLabel),
    ...drawKeys(keys, lines, plot),
    ...lines.map((line) => drawLine(line, place)),
    ...(mark ? [drawMark(mark, place, plot)] : []),
  ];
}

interface Plot {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

interface Place {
  x(value: number): number;
  y(value: number): number;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

const STEPS = 5;

function grid(
  { left, top, width, height }: Plot,
  [from, to]: readonly [number, number],
  isLabelled: boolean,
): string[] {
  if (!isLabelled)
    return [`<path class="grid" d="M${left} ${top}v${height}h${width}" fill="none" stroke="#d9dde1"/>`];
  return Array.from({ length: STEPS + 1 }, (_, i) => {
    const share = i / STEPS;
    const [x, y] = [tenth(left + width * share), tenth(top + height * (1 - share))];
    const value = String(Number((from + (to - from) * share).toPrecision(3)));
    return [
      `<path class="grid" d="M${left} ${y}h${width}M${x} ${top}v${height}" stroke="#d9dde1"/>`,
      `<text class="faint" x="${left - 5}" y="${tenth(y + 3.5)}" text-anchor="end" fill="#545d66">${share}</text>`,
      `<text class="faint" x="${x}" y="${top + height + 14}" text-anchor="middle" fill="#545d66">${value}</text>`,
    ].join("");
  });
}

function labels({ left, top, width }: Plot, height: number, xLabel?: string, yLabel?: string): string[] {
  return [
    ...(yLabel === undefined
      ? []
      : [`<text class="faint" x="0" y="${top - 9}" fill="#545d66">${escaped(yLabel)}</text>`]),
    ...(xLabel === undefined
      ? []
      : [
          `<text class="faint" x="${tidy(left + width)}" y="${height - 5}" text-anchor="end" fill="#545d66">${escaped(xLabel)}</text>`,
        ]),
  ];
}

/** A short piece of each named line with its name, from the right. */
function drawKeys(
  keys: readonly string[],
  lines: readonly ChartLine[],
  { left, top, width }: Plot,
): string[] {
  let right = left + width;
  return keys.flatMap((key) => {
    const line = lines.find(({ name }) => name === key);
    const from = right - 6 * key.length - 20;
    right = from - 14;
    const y = top - 13;
    const piece = line ? strokeOf(line, `M${from} ${y}h14`) : "";
    return [
      `${piece}<text class="faint" x="${from + 19}" y="${y + 4}" fill="#545d66">${escaped(key)}</text>`,
    ];
  });
}

function drawLine(line: ChartLine, place: Place): string {
  const path = pathOf(line.x, line.y, place);
  return path === "" ? "" : strokeOf(line, path);
}

function strokeOf({ name, weight, strength = 1, dashed }: ChartLine, path: string): string {
  const width = weight === "strong" ? 2 : weight === "faint" ? 0.75 : 1.25;
  const dash = dashed ? ' stroke-dasharray="4 2"' : "";
  const opacity = weight === "faint" ? tidy(0.3 * strength) : tidy(0.25 + 0.75 * strength);
  return `<path class="curve" d="${path}" fill="none" stroke="#1f5d99" stroke-width="${width}" stroke-opacity="${opacity}" stroke-linejoin="round"${dash}><title>${escaped(name)}</title></path>`;
}

/** Points within a straight horizontal run are left out. */
function pathOf(x: ArrayLike<number>, y: ArrayLike<number>, place: Place): string {
  const steps: string[] = [];
  let [lastX, lastY] = [Number.NaN, Number.NaN];
  let isRun = false;
  for (let i = 0; i < x.length; i++) {
    if (y[i] < 0) continue;
    const [px, py] = [place.x(x[i]), place.y(y[i])];
    if (steps.length === 0) steps.push(`M${px} ${py}`);
    else if (py === lastY) isRun = true;
    else {
      if (isRun) steps.push(`H${lastX}`);
      steps.push(`L${px} ${py}`);
      isRun = false;
    }
    [lastX, lastY] = [px, py];
  }
  if (isRun) steps.push(`H${lastX}`);
  return steps.join("");
}

function drawMark({ x, y, text }: { x: number; y: number; text: string }, place: Place, plot: Plot): string {
  const [px, py] = [place.x(x), place.y(y)];
  const isRight = px > plot.left + plot.width / 2;
  const anchor = isRight ? ' text-anchor="end"' : "";
  const tx = isRight ? px - 8 : px + 8;
  const ty = Math.max(plot.top + 10, py - 8);
  return [
    `<path class="mark-line" d="M${px} ${py}V${plot.top + plot.height}" stroke="#b83a0b" stroke-dasharray="3 3"/>`,
    `<circle class="mark" cx="${px}" cy="${py}" r="4" fill="#b83a0b"/>`,
    `<text class="mark" x="${tenth(tx)}" y="${tenth(ty)}"${anchor} fill="#b83a0b" font-weight="600">${escaped(text)}</text>`,
  ].join("");
}
