/** The number that a block is colored by, from those of its layers. */
import { colorMap, logScale, shareOfScale } from "centernet";
import { count, plain } from "../../components/numbers.ts";
import { type ColorBy, colorBy, measured, type PlannedBlock, plan, seen } from "./network.ts";

export interface BlockNumber {
  readonly value: number;
  readonly words: string;
  /** The place on the scale of colors, from 0 to 1. */
  readonly share: number;
}

export interface ColorScale {
  readonly of: (block: PlannedBlock) => BlockNumber | undefined;
  /** What the first and the last color stand for. */
  readonly ends: readonly [string, string];
  readonly words: string;
}

/** Undefined while blocks are colored by what they do, or nothing is known yet. */
export function colorScale(): ColorScale | undefined {
  const by = colorBy.value;
  const blocks = plan.value?.blocks ?? [];
  if (by === "family" || !plan.value) return undefined;
  const numbers = new Map(blocks.map((block) => [block.name, numberOf(by, block)]));
  const values = [...numbers.values()].filter((value) => value !== undefined);
  if (values.length === 0) return undefined;
  const { first, last, share } = scaleOf(by, values);
  return {
    words: words(by),
    ends: [inWords(by, first), inWords(by, last)],
    of: ({ name }) => {
      const value = numbers.get(name);
      return value === undefined ? undefined : { value, words: inWords(by, value), share: share(value) };
    },
  };
}

function scaleOf(by: ColorBy, values: readonly number[]) {
  const largest = Math.max(...values);
  if (by === "zeros") return { first: 0, last: 1, share: (value: number) => value };
  if (by === "error") {
    const scale = logScale(values);
    return {
      first: 10 ** scale.bottom,
      last: 10 ** scale.top,
      share: (value: number) => shareOfScale(value, scale),
    };
  }
  return { first: 0, last: largest, share: (value: number) => (largest > 0 ? value / largest : 0) };
}

/** Of its layers together; of differences the largest. */
function numberOf(by: ColorBy, { nodes }: PlannedBlock): number | undefined {
  if (nodes.length === 0) return undefined;
  if (by === "multiplyAdds") return nodes.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0);
  if (by === "zeros") {
    const known = nodes.flatMap(({ name }) => seen.value.get(name)?.statistics ?? []);
    const sum = (of: "zeros" | "count") => known.reduce((total, statistics) => total + statistics[of], 0);
    return known.length === nodes.length ? sum("zeros") / sum("count") : undefined;
  }
  const known = measured.value?.what === by ? measured.value : undefined;
  const numbers = nodes.flatMap(({ name }) => known?.numbers[name] ?? []);
  if (numbers.length === 0) return undefined;
  return by === "time" ? numbers.reduce((sum, value) => sum + value, 0) : Math.max(...numbers);
}

function words(by: ColorBy): string {
  if (by === "multiplyAdds") return "Multiply-adds of a block's layers.";
  if (by === "zeros") {
    const [first] = seen.value.values();
    return `Zeros among the numbers of a block's layers. ${first ? `Ran on ${first.ranOn}.` : ""}`;
  }
  const within = Object.keys(measured.value?.within ?? {}).length;
  const counted =
    within > 0 ? `; ${count(within)} layers are computed inside others, and their time counts there` : "";
  return `${measured.value?.words ?? ""}${counted}.`;
}

function inWords(by: ColorBy, value: number): string {
  if (by === "time") return `${plain(Number(value.toPrecision(2)))} ms`;
  if (by === "zeros") return `${Math.round(100 * value)} %`;
  if (by === "error") return value === 0 ? "0" : value.toExponential(0);
  if (value >= 1e6) return `${plain(Number((value / 1e6).toPrecision(2)))} M`;
  return value >= 1e3 ? `${plain(Number((value / 1e3).toPrecision(2)))} k` : String(value);
}

export function colorAt(share: number): string {
  const entry = 3 * Math.round(255 * Math.min(1, Math.max(0, share)));
  return `rgb(${colorMap("sequential")
    .slice(entry, entry + 3)
    .join(" ")})`;
}
