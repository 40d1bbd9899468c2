import type { Checkpoint } from "../../checkpoints/checkpoint.ts";
import {
  type Histogram,
  histogramOf,
  type Statistics,
  statisticsOf,
} from "../../visualization/statistics.ts";
import { formatCount } from "../terminal/formatNumber.ts";
import type { Column } from "../terminal/table.ts";
import { formatValue } from "./activationLine.ts";

/** What a variable's numbers are like. */
export interface VariableNumbers {
  readonly statistics: Statistics;
  readonly histogram: Histogram;
}

const BINS = 32;

/** Reads all variables, one at a time. Text has no numbers. @throws the signal's reason once it is aborted. */
export async function readNumbers(
  checkpoint: Checkpoint,
  signal: AbortSignal,
): Promise<Map<string, VariableNumbers>> {
  const numbers = new Map<string, VariableNumbers>();
  for (const [name, { dtype }] of checkpoint.variables) {
    signal.throwIfAborted();
    if (dtype === "STRING") continue;
    const values = await checkpoint.read(name);
    const statistics = statisticsOf(values);
    const { min, max } = statistics;
    numbers.set(name, { statistics, histogram: histogramOf(values, { bins: BINS, min, max }) });
  }
  return numbers;
}

export const NUMBER_COLUMNS: readonly Column[] = [
  { heading: "min", align: "right" },
  { heading: "max", align: "right" },
  { heading: "mean", align: "right" },
  { heading: "σ", align: "right" },
  { heading: "zeros", align: "right" },
  { heading: "NaN, inf", align: "right" },
  { heading: "histogram from min to max", align: "left" },
];

export function numberCells(numbers: VariableNumbers | undefined): string[] {
  if (!numbers) return NUMBER_COLUMNS.map(() => "");
  const { min, max, mean, deviation, zeros, nan, infinite } = numbers.statistics;
  const values = [min, max, mean, deviation].map((value) => (Number.isNaN(value) ? "" : formatValue(value)));
  return [
    ...values,
    formatCount(zeros),
    formatCount(nan + infinite),
    `│${blockLine(numbers.histogram.counts)}│`,
  ];
}

const BLOCKS = " ▁▂▃▄▅▆▇█";

/** Counts as a line of blocks, the largest full; only what is 0 is blank. */
export function blockLine(counts: readonly number[]): string {
  const largest = Math.max(...counts, 1);
  return counts.map((count) => BLOCKS[Math.ceil((count / largest) * (BLOCKS.length - 1))]).join("");
}
