import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { version } from "../src/cli/version.ts";
import { RESULTS } from "./paths.ts";
import type { Row } from "./peers.ts";
import type { StartupRow } from "./startup.ts";

/** The contents of a file in bench/results: what was measured, and on which machine. */
export interface Results {
  /** When the benchmark ended, in ISO 8601. */
  readonly date: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGB: number;
    readonly system: string;
  };
  /** Versions of what the times depend on; those of the peers are in their rows. */
  readonly versions: { readonly centernet: string; readonly node: string; readonly v8: string };
  /** Runs per engine. */
  readonly runs: number;
  readonly rows: readonly Row[];
  readonly startups: readonly StartupRow[];
}

/** Writes a file named after the date, and returns its path. */
export async function writeResults(
  rows: readonly Row[],
  startups: readonly StartupRow[],
  runs: number,
): Promise<string> {
  const where = machineAndVersions();
  const { date } = where;
  const results: Results = {
    ...where,
    runs,
    rows: rows.map(rounded),
    startups: startups.map(rounded),
  };
  await mkdir(RESULTS, { recursive: true });
  const path = join(RESULTS, `peers-${date.slice(0, 16).replace(":", "")}.json`);
  await writeFile(path, `${JSON.stringify(results, null, 2)}\n`);
  return path;
}

/** The first fields of every file of results. */
export function machineAndVersions(): Pick<Results, "date" | "machine" | "versions"> {
  return {
    date: new Date().toISOString(),
    machine: {
      cpu: cpus()[0]?.model ?? "unknown",
      cores: availableParallelism(),
      memoryGB: Math.round(totalmem() / 2 ** 30),
      system: `${type()} ${release()}`,
    },
    versions: { centernet: version(), node: process.versions.node, v8: process.versions.v8 },
  };
}

export function describeMachine(): string {
  return `${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} cores, Node ${process.version}`;
}

/** Rounds to four digits, more than are reproducible. */
function rounded<Numbers extends object>(row: Numbers): Numbers {
  const entries = Object.entries(row).map(([key, value]) => [
    key,
    typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value,
  ]);
  return Object.fromEntries(entries) as Numbers;
}
