/** What was measured of the page, beside what it may be. */
import type { FirstDetection } from "./firstDetection.ts";
import type { HourglassOnPage } from "./hourglass.ts";

export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: "ms" | "kB" | "MB";
  /** What it may be at most on an idle machine of two cores. */
  readonly limit?: number;
}

export function firstDetectionFigures(runs: readonly FirstDetection[]): Figure[] {
  const figure = (what: string, key: keyof FirstDetection, limit: number): Figure => {
    return { what, value: median(runs.map((run) => run[key])), unit: "ms", limit };
  };
  return [
    figure("first detection, isolated", "isolated", 3000),
    figure("first detection, not isolated", "notIsolated", 4000),
    figure("longest task while loading and detecting", "longestTaskLoading", 50),
    figure("longest task while other images are detected", "longestTaskOtherImages", 50),
    figure("longest task while all layers are tapped", "longestTaskTappingAllLayers", 50),
  ];
}

export function hourglassFigures(measured: HourglassOnPage): Figure[] {
  const { fileMB, planMB, largestMapMB, before, loaded } = measured;
  const name = "Hourglass-104 at 128 x 128";
  return [
    { what: `${name}: load, a file of ${fileMB.toFixed(0)} MB`, value: measured.load, unit: "ms" },
    { what: `${name}: the slider answers while it runs`, value: measured.slider, unit: "ms", limit: 100 },
    { what: `${name}: a click answers while it runs`, value: measured.click, unit: "ms", limit: 100 },
    { what: `${name}: all layers once over`, value: measured.allLayers, unit: "ms" },
    { what: `${name}: Cancel answers`, value: measured.cancel, unit: "ms", limit: 500 },
    { what: `${name}: and the worker has opened another file`, value: measured.workerFree, unit: "ms" },
    { what: `${name}: resident before it, ${planMB.toFixed(0)} MB planned`, value: before, unit: "MB" },
    { what: `${name}: resident at most while it loads`, value: measured.peakLoading, unit: "MB" },
    { what: `${name}: resident once loaded`, value: loaded, unit: "MB" },
    {
      what: `${name}: resident at most during all layers`,
      value: measured.peakAllLayers,
      unit: "MB",
      limit: before + planMB + 3 * largestMapMB,
    },
  ];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
