import type { WasmPlanDescription } from "../../executors/wasm/describeWasmPlan.ts";
import { formatBytes, formatCount } from "../terminal/formatNumber.ts";
import { formatTable } from "../terminal/table.ts";

/** The algorithm chosen for each layer, and why. */
export function algorithmTable({ layers }: WasmPlanDescription): string[] {
  return formatTable(
    [
      { heading: "layer", align: "left" },
      { heading: "weights", align: "right" },
      { heading: "algorithm: why", align: "left" },
    ],
    layers.map(({ name, weightBytes, algorithm }) => [name, formatBytes(weightBytes), algorithm]),
  );
}

/** How long each layer's map is held, and how much memory all held maps take. */
export function memoryTable({ layers }: WasmPlanDescription): string[] {
  return formatTable(
    [
      { heading: "layer", align: "left" },
      { heading: "map", align: "right" },
      { heading: "in use", align: "right" },
      { heading: "held until", align: "left" },
    ],
    layers.map(({ name, mapBytes, inUseBytes, lastReader }) => [
      name,
      formatBytes(mapBytes),
      formatBytes(inUseBytes),
      lastReader === name ? "not read" : (lastReader ?? "the end"),
    ]),
  );
}

export function memoryTotals({ layers, bytes }: WasmPlanDescription): string[] {
  const peak = layers.reduce((most, layer) => (layer.inUseBytes > most.inUseBytes ? layer : most));
  return [
    `weights   ${megabytes(bytes.weights)}, in the algorithms' layout`,
    `maps      ${megabytes(bytes.maps)}, shared by maps of ${megabytes(bytes.unsharedMaps)}; peak at ${peak.name}: ${megabytes(peak.inUseBytes)}`,
    `scratch   ${megabytes(bytes.scratch)}`,
    `total     ${megabytes(bytes.total)}${bytes.total > bytes.most ? `: refused, because WebAssembly can address at most ${megabytes(bytes.most)}` : ""}`,
  ];
}

/** Rounded up, always in one unit, so that lines compare. */
function megabytes(bytes: number): string {
  return `${formatCount(Math.ceil(bytes / 1e6))} MB`;
}
