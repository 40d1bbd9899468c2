import { type LogScale, logScale, shareOfScale } from "./logScale.ts";
import { escaped, picture, tidy } from "./svg.ts";

/** One layer's differences; all bars of a chart are in one unit, such as the layer's standard deviations. */
export interface DifferenceBar {
  readonly name: string;
  /** Largest difference. 0 draws no bar; infinity and NaN reach the top. */
  readonly max: number;
  /** Root mean square difference. */
  readonly rms: number;
  /** For `max`, in place of the chart's. */
  readonly tolerance?: number;
  /** Default: whether `max` exceeds the tolerance or is not finite. */
  readonly beyond?: boolean;
  /** Added to the bar's title. */
  readonly note?: string;
}

export interface DifferenceChart {
  readonly title: string;
  /** For `max` of every bar that states none. */
  readonly tolerance?: number;
  /** In the network's order. */
  readonly bars: readonly DifferenceBar[];
}

/**
 * Draws an SVG with a bar for each layer on a logarithmic scale: `max` pale, `rms` dark inside, the tolerance as a
 * line. A bar beyond its tolerance is red and has a triangle above it. Every bar has a title with its numbers; layers
 * are named below the axis as far as there is room. Follows the reader's light or dark color scheme.
 */
export function differenceChart({ title, tolerance, bars }: DifferenceChart): string {
  const all = bars.map((bar) => ({ ...bar, tolerance: bar.tolerance ?? tolerance }));
  const scale = differenceScale(all);
  const pitch = Math.min(MAX_PITCH, Math.max(MIN_PITCH, PREFERRED_WIDTH / Math.max(1, all.length)));
  const plot = { left: 64, top: 64, width: Math.max(MIN_WIDTH, pitch * all.length), height: 260 };
  const names = labels(all, pitch, plot);
  const width = plot.left + plot.width + 24;
  const height = plot.top + plot.height + names.height + 16;
  const drawn = [
    ...gridLines(scale, plot),
    ...all.map((bar, i) => drawBar(bar, plot.left + i * pitch, pitch, scale, plot)),
    toleranceLine(all, pitch, scale, plot),
    ...names.elements,
  ];
  return picture({
    title,
    description: description(all, scale),
    width: tidy(width),
    height: tidy(height),
    fontSize: 11,
    style: DARK,
    elements: [legend(all), ...drawn],
  });
}

type Bar = DifferenceBar & { readonly tolerance: number | undefined };

interface Plot {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const PREFERRED_WIDTH = 1000;
const MIN_WIDTH = 480;
/** Of a bar with the gap beside it. */
const MIN_PITCH = 2.5;
const MAX_PITCH = 28;
const LABEL_PITCH = 13;
const LABEL_LENGTH = 44;

/** Presentation attributes are the light scheme, so that a policy that forbids inline styles leaves a readable chart. */
const DARK = `svg { color-scheme: light dark }
@media (prefers-color-scheme: dark) {
.ground { fill: #16191d } .ink { fill: #e6e8eb } .faint { fill: #a3abb4 } .grid { stroke: #343a41 }
.max { fill: #33587f } .rms { fill: #8fc1ff } .beyond .max { fill: #8a3a2c } .beyond .rms, .mark { fill: #ffab98 }
.limit { stroke: #ffd166 }
}`;

/** Around the differences and tolerances of all bars. */
export function differenceScale(bars: readonly DifferenceBar[]): LogScale {
  return logScale(bars.flatMap(({ max, rms, tolerance = 0 }) => [max, rms, tolerance]));
}

function heightOf(value: number, scale: LogScale, plot: Plot): number {
  return plot.height * shareOfScale(value, scale);
}

function drawBar(bar: Bar, left: number, pitch: number, scale: LogScale, plot: Plot): string {
  const width = pitch * 0.8;
  const floor = plot.top + plot.height;
  const max = heightOf(bar.max, scale, plot);
  const rms = heightOf(bar.rms, scale, plot);
  const beyond = isBeyond(bar);
  const rect = (kind: string, fill: string, inset: number, height: number) => {
    if (height === 0) return "";
    const x = left + pitch * 0.1 + inset;
    return `<rect class="${kind}" x="${tidy(x)}" y="${tidy(floor - height)}" width="${tidy(width - 2 * inset)}" height="${tidy(height)}" fill="${fill}"/>`;
  };
  const inset = width > 8 ? width / 4 : 0;
  const center = left + pitch / 2;
  const tip = floor - max - 4;
  const mark = `<path class="mark" d="M${tidy(center)} ${tidy(tip)}l4 -7h-8z" fill="#a4260f"/>`;
  // The whole column answers to the pointer: bars may be low or absent.
  const column = `<rect x="${tidy(left)}" y="${plot.top}" width="${tidy(pitch)}" height="${plot.height}" fill="none" pointer-events="all"/>`;
  return [
    `<g${beyond ? ' class="beyond"' : ""}><title>${escaped(sentence(bar))}</title>`,
    rect("max", beyond ? "#f0a08f" : "#a9c8e8", 0, max),
    rect("rms", beyond ? "#a4260f" : "#1f5d99", inset, rms),
    beyond ? mark : "",
    `${column}</g>`,
  ].join("");
}

function isBeyond({ max, tolerance = Number.MAX_VALUE, beyond }: Bar): boolean {
  return beyond ?? !(max <= tolerance);
}

/** A step wherever the tolerance changes, a gap where a bar has none. */
function toleranceLine(bars: readonly Bar[], pitch: number, scale: LogScale, plot: Plot): string {
  const steps: string[] = [];
  let before: number | undefined;
  for (const [i, { tolerance }] of bars.entries()) {
    const drawn =
      tolerance !== undefined && tolerance > 0 && Number.isFinite(tolerance) ? tolerance : undefined;
    if (drawn !== undefined) {
      const y = tidy(plot.top + plot.height - heightOf(drawn, scale, plot));
      if (before === undefined) steps.push(`M${tidy(plot.left + i * pitch)} ${y}`);
      else if (before !== drawn) steps.push(`V${y}`);
      steps.push(`H${tidy(plot.left + (i + 1) * pitch)}`);
    }
    before = drawn;
  }
  if (steps.length === 0) return "";
  return `<path class="limit" d="${steps.join("")}" fill="none" stroke="#8a5a00" stroke-width="1.5" stroke-dasharray="6 3"/>`;
}

function gridLines({ bottom, top }: LogScale, plot: Plot): string[] {
  const decades = Array.from({ length: top - bottom + 1 }, (_, i) => bottom + i);
  return decades.map((decade) => {
    const y = tidy(plot.top + plot.height * (1 - (decade - bottom) / (top - bottom)));
    const line = `<path class="grid" d="M${plot.left} ${y}h${tidy(plot.width)}" stroke="#d5dae0"/>`;
    return `${line}<text class="faint" x="${plot.left - 6}" y="${tidy(y + 4)}" text-anchor="end" fill="#57606a">1e${decade}</text>`;
  });
}

/** Names below the axis, upright; the first layer beyond its tolerance is named whatever the room. */
function labels(
  bars: readonly Bar[],
  pitch: number,
  plot: Plot,
): { readonly elements: readonly string[]; readonly height: number } {
  const step = Math.max(1, Math.ceil(LABEL_PITCH / pitch));
  const first = bars.findIndex(isBeyond);
  const named = bars.flatMap((_, i) => {
    if (i === first) return [i];
    return i % step === 0 && (first < 0 || Math.abs(i - first) >= step) ? [i] : [];
  });
  const texts = named.map((i) => shortened(bars[i].name));
  const y = plot.top + plot.height + 8;
  const elements = named.map((i, row) => {
    const x = tidy(plot.left + (i + 0.5) * pitch + 4);
    const [kind, fill] = i === first ? ["mark", "#a4260f"] : ["ink", "#1f2328"];
    return `<text class="${kind}" transform="translate(${x} ${y}) rotate(-90)" text-anchor="end" fill="${fill}">${escaped(texts[row])}</text>`;
  });
  return { elements, height: 8 + 6.2 * largest(texts.map((text) => text.length)) };
}

/** The end of a name says which layer it is. */
function shortened(name: string): string {
  return name.length <= LABEL_LENGTH ? name : `…${name.slice(1 - LABEL_LENGTH)}`;
}

function legend(bars: readonly Bar[]): string {
  const entry = (x: number, shape: string, text: string) =>
    `<g transform="translate(${x} 36)">${shape}<text class="faint" x="20" y="10" fill="#57606a">${text}</text></g>`;
  const entries = [
    entry(16, '<rect class="max" width="14" height="11" fill="#a9c8e8"/>', "largest"),
    entry(96, '<rect class="rms" width="14" height="11" fill="#1f5d99"/>', "rms"),
  ];
  if (bars.some(({ tolerance }) => tolerance !== undefined)) {
    const line =
      '<path class="limit" d="M0 6h15" stroke="#8a5a00" stroke-width="1.5" stroke-dasharray="6 3"/>';
    entries.push(entry(156, line, "tolerance"));
  }
  if (bars.some(isBeyond)) {
    entries.push(entry(246, '<path class="mark" d="M7 10l4 -7h-8z" fill="#a4260f"/>', "beyond tolerance"));
  }
  return entries.join("");
}

function description(bars: readonly Bar[], { bottom, top }: LogScale): string {
  if (bars.length === 0) return "No layers.";
  const worst = bars.reduce((most, bar) => (Number.isNaN(bar.max) || bar.max > most.max ? bar : most));
  const beyond = bars.filter(isBeyond);
  const count = bars.length === 1 ? "One layer" : `${bars.length} layers`;
  return [
    `${count} from left to right in the network's order, on a logarithmic scale from 1e${bottom} to 1e${top}.`,
    `Largest difference: ${sentence(worst)}.`,
    ...(beyond.length > 0 ? [`${beyond.length} beyond tolerance, first ${beyond[0].name}.`] : []),
  ].join(" ");
}

function sentence({ name, max, rms, tolerance, note }: Bar): string {
  const limit = tolerance === undefined ? "" : `, tolerance ${rounded(tolerance)}`;
  const difference = max === 0 ? "equal" : `largest ${rounded(max)}, rms ${rounded(rms)}`;
  return `${name}: ${difference}${limit}${note ? ` (${note})` : ""}`;
}

function rounded(value: number): string {
  return value === 0 || !Number.isFinite(value) ? String(value) : String(Number(value.toPrecision(3)));
}

/** Spreading thousands of numbers over arguments could exhaust the stack. */
function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
}
