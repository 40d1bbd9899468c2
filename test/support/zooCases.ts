import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { nameParameters } from "../../src/checkpoints/names/nameParameters.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { loadParameters } from "../../src/loading/readWeights.ts";
import type { ZooRow } from "../../src/models/zoo/zoo.ts";
import { zooGraph } from "../../src/models/zoo/zooArchitecture.ts";
import { runnable } from "../../src/network.ts";
import { type Comparison, compare, EXACT } from "../../src/verify/compare.ts";
import { type GoldenCase, goldenInput } from "../../src/verify/goldenCase.ts";
import { zooTapSource } from "../../src/verify/taps/zoo.ts";
import { type TapValues, tapValues } from "../../src/verify/tapValues.ts";
import { type CaseReport, verifyCase } from "../../src/verify/verifyCase.ts";
import { goldenAt } from "./goldens.ts";
import { openGraph, type Place } from "./openGraph.ts";
import { syntheticCheckpoint } from "./syntheticCheckpoint.ts";

export interface ZooVerification {
  readonly report: CaseReport;
  /** Of the pixels in the network's range with those of the original. */
  readonly pixels: Comparison;
}

/** The layer of the graph that the original has before its network. */
const PIXELS = "preprocess.normalize";
/** Reciprocals here and divisions there, in float32. */
const PIXEL_TOLERANCE = { absolute: 5e-7, relative: 3e-7 };

/**
 * Verifies the cases `small` of models that are one network with the same weights, in one run of it.
 * `folders` are those of the golden models, in the order of `rows`; `mutate` plants a mistake.
 */
export async function verifyZooCases(
  rows: readonly ZooRow[],
  folders: readonly string[],
  place: Place,
  mutate: (graph: Graph) => Graph = (graph) => graph,
): Promise<ZooVerification[]> {
  const [{ name: model, architecture }] = rows;
  const goldens = await Promise.all(folders.map((folder) => goldenAt(join(folder, "small"))));
  const vectors = await Promise.all(folders.map((folder) => readFile(join(folder, "vectors.safetensors"))));
  const image = goldenInput(goldens[0]);
  for (const [i, golden] of goldens.entries()) {
    const sameInput = compare({ values: image.data }, goldenInput(golden).data, EXACT).pass;
    if (!sameInput || !vectors[i].equals(vectors[0])) {
      throw new Error(`${golden.name} has other weights or another input than ${goldens[0].name}`);
    }
  }

  const [, height, width] = image.shape;
  const graph = mutate(zooGraph(architecture, { height, width }));
  const shapes = Object.entries(graph.parameters).map(([name, { shape }]) => [name, shape] as const);
  const checkpoint = await nameParameters(await syntheticCheckpoint(folders[0]));
  const weights = await loadParameters(new Map(shapes), checkpoint, { model });

  const tapSource = zooTapSource(architecture.backbone);
  const taps = goldens.flatMap((golden) => golden.taps);
  const names = new Set([PIXELS, ...taps.flatMap(({ name }) => tapSource(name)?.value ?? [])]);
  const network = await openGraph(runnable(graph, true), weights, place);
  try {
    const unfused = () => openGraph(graph, weights, place);
    const values = await tapValues(network, unfused, { image }, [...names]);
    const run = async () => ({ ...values, decoded: undefined });
    const verifications = goldens.map(async (golden) => {
      return { report: await verifyCase(golden, { tapSource, run }), pixels: pixelsOf(golden, values) };
    });
    return await Promise.all(verifications);
  } finally {
    await network.dispose();
  }
}

function pixelsOf(golden: GoldenCase, { values }: TapValues): Comparison {
  const expected = golden.taps.find(({ name }) => name === "input");
  if (!expected) throw new Error(`${golden.name} has no tap input`);
  return compare(expected, values.get(PIXELS)?.data ?? [], PIXEL_TOLERANCE);
}
