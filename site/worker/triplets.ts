/** Requests of the Triplets view: the pools on maps made by hand, and pairs of corners at any limits. */
import {
  activationGrid,
  type CentralRegionSettings,
  type Detector,
  explainedTriplets,
  explainKites,
  illustratedPools,
  KITE_IMAGE,
  MODELS,
  type PoolMaps,
  runInWords,
  TRIPLET_SETTINGS,
  type TripletExplanation,
  type TripletSettings,
} from "centernet";
import { bitmapOf } from "./bitmap.ts";
import type { Call } from "./call.ts";
import { LastRun } from "./lastRun.ts";
import { type ChosenImage, pixelsOf, type Settings } from "./session.ts";

export interface Limits {
  readonly embeddingDistance: number;
  readonly centralRegion: CentralRegionSettings;
}

/** One of the pools' maps, with its numbers by row. */
export interface PoolMap {
  readonly bitmap: ImageBitmap;
  readonly values: Float32Array;
  readonly max: number;
}

let pools: Promise<PoolMaps> | undefined;

export const tripletsHandlers = {
  /** Every map of the pools, in the networks' own modules. No weights are needed. */
  async tripletPools(_params: Readonly<Record<string, never>>, call: Call) {
    call.progress({ text: "computing the pools" });
    pools ??= illustratedPools();
    const maps: Partial<Record<keyof PoolMaps, PoolMap>> = {};
    for (const [name, { data, shape }] of Object.entries(await pools)) {
      const { image, statistics } = activationGrid({ shape, data }, { pixelsPerCell: 1, scale: "layer" });
      const bitmap = await bitmapOf(image);
      call.transfer(bitmap);
      maps[name as keyof PoolMaps] = { bitmap, values: data, max: statistics.max };
    }
    return maps as Readonly<Record<keyof PoolMaps, PoolMap>>;
  },

  /** The one run on the user's image, which can be given up; what follows needs its peaks alone. */
  async tripletRun(chosen: { readonly settings: Settings; readonly image: ChosenImage }, call: Call) {
    await lastRun.of(chosen, call, call.signal);
  },

  /** The boxes at these limits and what became of all pairs, from peaks that were found once. */
  async tripletBoxes(
    {
      limits,
      settings: chosen,
      image,
    }: { readonly limits: Limits; readonly settings: Settings; readonly image?: ChosenImage },
    call: Call,
  ) {
    const { views, labels, settings, ...source } = image
      ? await lastRun.of({ settings: chosen, image }, call)
      : kites();
    return { ...source, runs, ...explainedTriplets(views, { ...settings, ...limits }, labels) };
  },
};

/** What the boxes are made of, and of which image and run. */
interface PeakSource {
  readonly views: TripletExplanation["views"];
  readonly labels: readonly string[];
  readonly settings: TripletSettings;
  readonly width: number;
  readonly height: number;
  /** Absent for the maps made by hand, which no network computed. */
  readonly ranOn?: string;
  /** The network's own pools, for the Network view. */
  readonly poolLayers: readonly string[];
}

/** How often a network has run for this view. */
let runs = 0;

function kites(): PeakSource {
  const { explanation } = explainKites();
  const labels = MODELS.find(({ name }) => name === "centernet-52")?.classes.map(({ label }) => label) ?? [];
  return { views: explanation.views, labels, settings: TRIPLET_SETTINGS, ...KITE_IMAGE, poolLayers: [] };
}

const lastRun = new LastRun(runOnce);

async function runOnce(detector: Detector, image: ChosenImage, signal?: AbortSignal): Promise<PeakSource> {
  const { model, constants, graph } = detector.network;
  const decoding = model.decoding(constants);
  if (decoding.kind !== "triplets") throw new Error(`${model.name} finds centers alone, no corners`);
  const result = await detector.detect(await pixelsOf(image), { explain: true, where: image.name, signal });
  runs++;
  if (result.explanation?.family !== "triplets") throw new Error(`${model.name} explains no triplets`);
  return {
    views: result.explanation.views,
    labels: model.classes.map(({ label }) => label),
    settings: decoding.settings,
    ...{ width: result.width, height: result.height },
    ranOn: runInWords(result),
    poolLayers: graph.nodes.filter(({ op }) => op === "cornerPool").map(({ name }) => name),
  };
}
