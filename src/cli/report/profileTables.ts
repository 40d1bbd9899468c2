import { backendInWords } from "../../backend/backendDetails.ts";
import type { Profile } from "../../network.ts";
import { formatSides } from "../terminal/formatNumber.ts";
import { type Column, formatTable } from "../terminal/table.ts";

const TOP = 10;
const right = (heading: string): Column => ({ heading, align: "right" });
const left = (heading: string): Column => ({ heading, align: "left" });

/** The slowest layers, and all layers by their kind. */
export function profileTables(profile: Profile): string[] {
  const { layers, kinds, milliseconds, timedMilliseconds, untimedMilliseconds, clock, runs } = profile;
  const slowest = [...layers].sort((a, b) => b.milliseconds - a.milliseconds).slice(0, TOP);
  const share = (time: number) => `${((100 * time) / milliseconds).toFixed(1)} %`;
  const shown = slowest.reduce((sum, layer) => sum + layer.milliseconds, 0);
  const numbers = (timed: { milliseconds: number; gflopsPerSecond?: number }) => [
    timed.milliseconds.toFixed(3),
    share(timed.milliseconds),
    timed.gflopsPerSecond?.toFixed(1) ?? "",
  ];
  return [
    "",
    `slowest ${slowest.length} of ${layers.length} layers, ${share(shown)} of the time`,
    ...formatTable(
      [right("ms"), right("share"), right("GFLOP/s"), left("layer"), left("kind"), left("shape")],
      slowest.map((layer) => [...numbers(layer), layer.name, layer.kind, formatSides(layer.shape)]),
    ),
    "",
    "by kind of op; a > b: a is computed inside b",
    ...formatTable(
      [right("ms"), right("share"), right("GFLOP/s"), right("layers"), left("kind")],
      kinds.map((kind) => [...numbers(kind), `${kind.layers}`, kind.kind]),
    ),
    "",
    `each layer's fastest of ${runs} runs, together ${milliseconds.toFixed(2)} ms; the fastest run ${timedMilliseconds.toFixed(2)} ms, without timing ${untimedMilliseconds.toFixed(2)} ms`,
    `timed by ${clock}; ${profile.fused ? "fused" : "op by op"}, on ${backendInWords(profile.backend, profile.backendDetails)}`,
  ];
}

/** For --json: times in milliseconds, rounded to a nanosecond. */
export function profileRecord({ layers, kinds, ...profile }: Profile): Profile {
  const milliseconds = (value: number) => Math.round(value * 1e6) / 1e6;
  const rounded = <Timed extends { milliseconds: number; gflopsPerSecond?: number }>(
    timed: Timed,
  ): Timed => ({
    ...timed,
    milliseconds: milliseconds(timed.milliseconds),
    ...(timed.gflopsPerSecond !== undefined && {
      gflopsPerSecond: Math.round(timed.gflopsPerSecond * 100) / 100,
    }),
  });
  return {
    ...profile,
    milliseconds: milliseconds(profile.milliseconds),
    timedMilliseconds: milliseconds(profile.timedMilliseconds),
    untimedMilliseconds: milliseconds(profile.untimedMilliseconds),
    layers: layers.map(rounded),
    kinds: kinds.map(rounded),
  };
}
