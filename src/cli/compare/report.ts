/** How a comparison is printed. */
import { runInWords } from "../../backend/backendDetails.ts";
import type { CompareResult, LayerDifference } from "../../compare/compare.ts";
import type { DetectionDifference } from "../../compare/compareDetections.ts";
import type { Detection } from "../../detection.ts";
import { formatShape } from "../../tensor.ts";
import { formatDifference, truthLine } from "../../verify/formatReport.ts";
import type { TruthComparison } from "../../verify/truth/truth.ts";
import { truthSummary } from "../../verify/truth/truthSummary.ts";
import { differenceChart } from "../../visualization/differenceChart.ts";
import { formatCounted } from "../terminal/formatNumber.ts";
import { formatRow, formatTable } from "../terminal/table.ts";

const COLUMNS = [
  { heading: "layer", align: "left", width: 0 },
  { heading: "largest", align: "right", width: 8 },
  { heading: "rms", align: "right", width: 8 },
  { heading: "worst element", align: "left", width: 20 },
  { heading: "A", align: "right", width: 15 },
  { heading: "B", align: "right", width: 15 },
] as const;

const TRUTH_COLUMNS = [
  { heading: "A to float64", align: "right", width: 12 },
  { heading: "B to float64", align: "right", width: 12 },
  { heading: "ratio", align: "right", width: 7 },
] as const;

const VERDICT = { heading: "", align: "left", width: 0 } as const;

/** The errors of both runs against float64, by layer. */
export type Truths = ReadonlyMap<string, TruthComparison>;

/** The lines of a table that is printed while it grows: its names must be known before. */
export class LayerTable {
  private readonly columns: readonly { readonly heading: string; readonly align: "left" | "right" }[];
  private readonly widths: number[];

  constructor(names: readonly string[], hasTruth: boolean) {
    const columns = [...COLUMNS, ...(hasTruth ? TRUTH_COLUMNS : []), VERDICT];
    const longest = names.reduce((width, name) => Math.max(width, name.length), COLUMNS[0].heading.length);
    this.columns = columns;
    this.widths = columns.map(({ width }, column) => (column === 0 ? longest : width));
  }

  get heading(): string {
    return this.format(this.columns.map(({ heading }) => heading));
  }

  line({ name, max, rms, worst, beyond }: LayerDifference, truth: TruthComparison | undefined): string {
    const cells = [name, inDeviations(max), inDeviations(rms)];
    cells.push(
      ...(worst ? [formatShape(worst.position), formatValue(worst.a), formatValue(worst.b)] : ["", "", ""]),
    );
    if (truth) {
      const { rms: own, original, ratio } = truth;
      cells.push(inDeviations(own), inDeviations(original.rms), formatDifference(ratio));
    }
    while (cells.length < this.columns.length - 1) cells.push("");
    return this.format([...cells, beyond ? "BEYOND" : ""]);
  }

  private format(cells: readonly string[]): string {
    return formatRow(cells, this.columns, this.widths);
  }
}

function inDeviations(difference: number): string {
  return difference === 0 ? "0" : `${formatDifference(difference)}σ`;
}

/** Nine digits tell any two float32 apart. */
function formatValue(value: number): string {
  return String(Number(value.toPrecision(9)));
}

/** What follows the table. */
export function summaryLines(result: CompareResult, truths: Truths): string[] {
  const truth = truthSummary([...truths.values()].map((found) => ({ truth: found })));
  const { layers, firstBeyond, tolerance, detections } = result;
  const equal = layers.filter(({ max }) => max === 0).length;
  const most = layers.reduce((worst, layer) => (layer.max > worst.max ? layer : worst));
  const counted = `${formatCounted(layers.length, "layer")}, ${equal} of them with equal numbers`;
  const largest = most.max === 0 ? "" : `; largest difference ${inDeviations(most.max)}, at ${most.name}`;
  const beyond = layers.filter((layer) => layer.beyond).length;
  return [
    "",
    `${counted}${largest}`,
    `tolerance ${inDeviations(tolerance.max)}: ${tolerance.reason}`,
    ...(truth ? [truthLine(truth)] : []),
    firstBeyond ? `${formatCounted(beyond, "layer")} beyond tolerance` : "all within tolerance",
    ...(firstBeyond ? [`first beyond tolerance: ${firstBeyond.name}`] : []),
    ...(detections ? ["", ...detectionLines(detections)] : []),
  ];
}

const MAX_LISTED = 6;

/** What was not compared, because only one of the two has it. */
export function leftOutLines({ onlyIn }: CompareResult): string[] {
  return (["a", "b"] as const).flatMap((side) => {
    const names = onlyIn[side];
    if (names.length === 0) return [];
    const more = names.length > MAX_LISTED ? ", … (--json has all)" : "";
    return [
      `${names.length} only in ${side.toUpperCase()}, not compared: ${names.slice(0, MAX_LISTED).join(", ")}${more}`,
    ];
  });
}

function detectionLines(detections: readonly DetectionDifference[]): string[] {
  const counts = (["matched", "moved", "lost", "added"] as const).map(
    (outcome) => `${detections.filter((found) => found.outcome === outcome).length} ${outcome}`,
  );
  const sum = `detections: ${counts.join(", ")}`;
  if (detections.length === 0) return [sum];
  const table = formatTable(
    [
      { heading: "detection", align: "left" },
      { heading: "A", align: "right" },
      { heading: "box", align: "left" },
      { heading: "B", align: "right" },
      { heading: "box", align: "left" },
      { heading: "", align: "left" },
    ],
    detections.map(({ outcome, a, b, pixels }) => [
      (a ?? b)?.label ?? "",
      ...cellsOf(a),
      ...cellsOf(b),
      pixels === undefined ? outcome : `${outcome}, ${formatDifference(pixels)} px`,
    ]),
  );
  return [...table, sum];
}

function cellsOf(detection: Detection | undefined): [score: string, box: string] {
  if (!detection) return ["-", "-"];
  const { xmin, ymin, xmax, ymax } = detection.box;
  return [detection.score.toFixed(4), [xmin, ymin, xmax, ymax].map((side) => side.toFixed(1)).join(" ")];
}

/** A bar per layer. A tolerance of 0 has no place on a logarithmic scale. */
export function chartOf({ layers, tolerance, a, b }: CompareResult, model: string): string {
  const runs = [a, b].map((run) => (run ? runInWords(run) : "another program"));
  return differenceChart({
    title: `${model}: ${runs.join(" against ")}, in standard deviations of the layer`,
    tolerance: tolerance.max > 0 ? tolerance.max : undefined,
    bars: layers.map(({ name, max, rms, beyond }) => ({ name, max, rms, beyond })),
  });
}

/** With `Infinity` and `NaN` as texts: JSON has no such numbers. */
export function jsonOf(
  result: CompareResult,
  truths: Truths,
  about: Readonly<Record<string, unknown>>,
): unknown {
  const { firstBeyond, layers, detections, ...rest } = result;
  return writable({
    ...about,
    ...rest,
    pass: firstBeyond === undefined,
    firstBeyond: firstBeyond?.name,
    layers: layers.map((layer) => ({ ...layer, truth: truths.get(layer.name) })),
    detections,
  });
}

function writable(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(writable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, writable(member)]));
}
