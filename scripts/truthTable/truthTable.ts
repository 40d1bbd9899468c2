import { readdirSync } from "node:fs";
import { join } from "node:path";
import { nameParameters } from "../../src/checkpoints/names/nameParameters.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { hourglassOfVariables } from "../../src/loading/modelOfCheckpoint.ts";
import { openModelWeights } from "../../src/loading/openWeights.ts";
import { loadParameters, readWeights } from "../../src/loading/readWeights.ts";
import { tripletGraph } from "../../src/models/triplets/tripletArchitecture.ts";
import { ZOO, type ZooRow } from "../../src/models/zoo/zoo.ts";
import { zooGraph } from "../../src/models/zoo/zooArchitecture.ts";
import { runnable } from "../../src/network.ts";
import type { Weights } from "../../src/tensor.ts";
import { type GoldenCase, goldenInput, inTapLayout } from "../../src/verify/goldenCase.ts";
import { movenetTapSource } from "../../src/verify/taps/movenet.ts";
import { tripletTapSource } from "../../src/verify/taps/triplet.ts";
import { zooTapSource } from "../../src/verify/taps/zoo.ts";
import { tapValues } from "../../src/verify/tapValues.ts";
import type { Truth } from "../../src/verify/truth/truth.ts";
import { truthSummary } from "../../src/verify/truth/truthSummary.ts";
import { verifyCase } from "../../src/verify/verifyCase.ts";
import { installDawn, NO_DAWN } from "../../test/support/dawn.ts";
import { ALL_GOLDENS, goldenAt } from "../../test/support/goldens.ts";
import { weightsOf } from "../../test/support/movenetCases.ts";
import { openGraph, type Place } from "../../test/support/openGraph.ts";
import { syntheticCheckpoint, syntheticStateDict } from "../../test/support/syntheticCheckpoint.ts";
import type { float64Taps } from "./float64Taps.ts";

const PLACES: Readonly<Record<string, Place>> = {
  "wasm-plain": { backend: "wasm", build: "plain" },
  "wasm-relaxed": { backend: "wasm", build: "relaxed" },
  "exact-plain": { backend: "wasm", build: "plain", precision: "exact" },
  "exact-relaxed": { backend: "wasm", build: "relaxed", precision: "exact" },
  webasm: { backend: "webasm" },
  cpu: { backend: "cpu" },
  wgsl: { backend: "wgsl" },
};
const DEFAULT_PLACES = ["wasm-plain", "wasm-relaxed", "exact-plain", "exact-relaxed"];

/** A golden case and the network that it belongs to. */
interface Opened {
  readonly golden: GoldenCase;
  readonly graph: Graph;
  readonly weights: Weights;
  readonly source: (tap: string) => { readonly value: string } | undefined;
}

/** Measures the networks and places that the command line names, and prints a row for each pair. */
export async function truthTable(compute: typeof float64Taps): Promise<void> {
  if (ALL_GOLDENS === undefined) throw new Error("CENTERNET_GOLDENS names no folder");
  const [names = "", places = ""] = process.argv.slice(2);
  if (places.split(",").includes("wgsl") && !(await installDawn())) throw new Error(NO_DAWN);
  const cases = casesIn(ALL_GOLDENS).filter(({ name }) => names === "" || names.split(",").includes(name));
  console.log(
    "| network | place | taps | RMS: worst · median · at most 1 | largest: worst · median · at most 1 |",
  );
  for (const { name, open } of cases) {
    const opened = await open();
    const truth = await truthOf(opened, compute);
    checkStored(opened, truth);
    for (const place of places === "" ? DEFAULT_PLACES : places.split(",")) {
      console.log(await row(name, place, opened, truth));
    }
  }
}

function casesIn(goldens: string): { name: string; open: () => Promise<Opened> }[] {
  const movenets = ["movenet-lightning", "movenet-thunder", "movenet-multipose"];
  const zoo = ZOO.map((row) => ({ name: row.name, open: () => openZoo(join(goldens, "tf", row.name), row) }));
  const triplets = ["centernet-tiny", "centernet-52", "centernet-104"];
  return [
    ...movenets.map((name) => ({ name, open: () => openMovenet(join(goldens, "tfjs", name), name) })),
    ...zoo,
    ...triplets.map((name) => ({ name, open: () => openTriplet(join(goldens, "triplet", name)) })),
  ];
}

async function openMovenet(folder: string, name: string): Promise<Opened> {
  const [first] = readdirSync(folder).sort();
  const golden = await goldenAt(join(folder, first));
  const [, height, width] = goldenInput(golden).shape;
  const { model, checkpoint } = await openModelWeights(name, weightsOf(name));
  const weights = await readWeights(checkpoint, model, { height, width });
  const source = (tap: string) => {
    const found = movenetTapSource(tap);
    return found && "value" in found ? found : undefined;
  };
  return { golden, graph: model.graph({ height, width }, weights), weights, source };
}

async function openZoo(folder: string, { name, architecture }: ZooRow): Promise<Opened> {
  const golden = await goldenAt(join(folder, "small"));
  const [, height, width] = goldenInput(golden).shape;
  const graph = zooGraph(architecture, { height, width });
  const checkpoint = await nameParameters(await syntheticCheckpoint(folder));
  const weights = await loadParameters(shapesOf(graph), checkpoint, { model: name });
  return { golden, graph, weights, source: zooTapSource(architecture.backbone) };
}

async function openTriplet(folder: string): Promise<Opened> {
  const golden = await goldenAt(join(folder, "small"));
  const [, height, width] = goldenInput(golden).shape;
  const checkpoint = await nameParameters(await syntheticStateDict(folder));
  const { family } = checkpoint.evidence;
  const architecture = family && hourglassOfVariables(family, checkpoint.variables);
  if (architecture?.family !== "triplets") throw new Error(`${folder} is not recognized`);
  const graph = tripletGraph(architecture, { height, width });
  const weights = await loadParameters(shapesOf(graph), checkpoint, { model: `${golden.model}` });
  return { golden, graph, weights, source: tripletTapSource(architecture.hourglass) };
}

function shapesOf({ parameters }: Graph): Map<string, readonly number[]> {
  return new Map(Object.entries(parameters).map(([name, { shape }]) => [name, shape]));
}

/** Every tap that is a value of the network, whole, in its own layout. */
async function truthOf(
  { golden, graph, weights, source }: Opened,
  compute: typeof float64Taps,
): Promise<Truth> {
  const pairs = golden.taps.flatMap((tap) => {
    const value = tap.role === "input" ? undefined : source(tap.name)?.value;
    return value === undefined ? [] : [{ tap, value }];
  });
  const taps = await compute(
    graph,
    weights,
    goldenInput(golden),
    pairs.map(({ value }) => value),
  );
  const values = new Map(pairs.map(({ tap, value }) => [tap.name, inTapLayout(taps[value], tap.layout)]));
  return {
    where: "float64",
    names: [...values.keys()],
    find: ([name]) => {
      const found = values.get(name);
      return found && { values: found };
    },
  };
}

/** If somebody else's float64 values lie beside the case, those computed here must be theirs. */
function checkStored({ golden }: Opened, truth: Truth): void {
  for (const { name, shape, dtype } of golden.taps) {
    const theirs = dtype === "float32" ? golden.truth?.find([name], shape) : undefined;
    const ours = truth.find([name], shape);
    if (!theirs || !ours) continue;
    const { values, positions } = theirs;
    const largest = maxOf(values.length, (i) =>
      Math.abs(values[i] - ours.values[positions ? positions[i] : i]),
    );
    const scale = maxOf(values.length, (i) => Math.abs(values[i]));
    console.log(
      `<!-- ${golden.name} ${name}: ${(largest / scale).toExponential(1)} from the stored float64 -->`,
    );
  }
}

function maxOf(count: number, value: (i: number) => number): number {
  let most = 0;
  for (let i = 0; i < count; i++) most = Math.max(most, value(i));
  return most;
}

async function row(name: string, place: string, opened: Opened, truth: Truth): Promise<string> {
  const { graph, weights, source } = opened;
  const taps = opened.golden.taps.filter(({ name, role }) => role === "input" || truth.names.includes(name));
  const network = await openGraph(runnable(graph, true), weights, PLACES[place]);
  try {
    const report = await verifyCase(
      { ...opened.golden, taps, truth },
      {
        tapSource: source,
        async run(image, names) {
          const unfused = () => openGraph({ ...graph, outputs: {} }, weights, PLACES[place]);
          return { ...(await tapValues(network, unfused, { image }, names)), decoded: undefined };
        },
      },
    );
    const largest = report.taps.map(({ truth }) => ({
      truth: truth && { ...truth, ratio: truth.max / truth.original.max },
    }));
    return `| ${[name, place, report.taps.length, summaryOf(report.taps), summaryOf(largest)].join(" | ")} |`;
  } finally {
    await network.dispose();
  }
}

/** Worst · median · share of taps at most 1. */
function summaryOf(taps: Parameters<typeof truthSummary>[0]): string {
  const summary = truthSummary(taps);
  if (!summary) throw new Error("no taps in float64");
  const { worst, median, atMost1 } = summary;
  return `${worst.toFixed(2)} · ${median.toFixed(2)} · ${Math.round(atMost1 * 100)} %`;
}
