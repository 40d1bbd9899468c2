/** Differences as CSV: a row for each layer, under one heading. */
import { csvRow } from "../formats/csv.ts";
import { formatShape } from "../tensor.ts";
import type { WorstElement } from "./compareTensors.ts";

export interface DifferenceRow {
  readonly name: string;
  readonly shape: readonly number[];
  readonly max: number;
  readonly rms: number;
  /** What the two numbers above are in. Default: σ, standard deviations of the layer in B. */
  readonly unit?: string;
  /** For `max`. Default: the cell stays empty. */
  readonly tolerance?: number;
  readonly beyond: boolean;
  /** The element that differs most. */
  readonly worst?: Pick<WorstElement, "position" | "a" | "b">;
}

const COLUMNS = ["layer", "shape", "unit", "max", "rms", "tolerance", "beyond", "position", "a", "b"];

/** The last three columns are of the element that differs most. */
export function differenceCsv(layers: readonly DifferenceRow[]): string {
  const rows = layers.map(({ name, shape, max, rms, unit = "σ", tolerance = "", beyond, worst }) =>
    csvRow([
      name,
      formatShape(shape),
      unit,
      max,
      rms,
      tolerance,
      beyond ? "yes" : "no",
      ...(worst ? [formatShape(worst.position), worst.a, worst.b] : ["", "", ""]),
    ]),
  );
  return `${[csvRow(COLUMNS), ...rows].join("\n")}\n`;
}
