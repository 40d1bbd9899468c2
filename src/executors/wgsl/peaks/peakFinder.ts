import type {
  BestCellsQuery,
  PeakAnswer,
  PeakLists,
  PeakQuery,
  TableWeight,
  TopPeaksQuery,
} from "../../../backend/peakQuery.ts";
import { Pipelines } from "../device/pipelines.ts";
import { Readback } from "../device/readback.ts";
import type { GpuCommandEncoder, GpuComputePass, GpuDevice } from "../device/webgpu.ts";
import { type DeviceMaps, findMaps } from "./gatheredMaps.ts";
import { PeakSearch } from "./peakSearch.ts";
import { peakLayout } from "./peakShaders.ts";
import { WeightedSearch } from "./weightedSearch.ts";
import { weightedLayout } from "./weightedShaders.ts";

/** What is read back at most, in bytes. */
export const MAX_BYTES = 65_536;

/** What each run brings with it. */
const PER_RUN: readonly string[] = ["within", "weights"] satisfies (
  | keyof TopPeaksQuery
  | keyof TableWeight
)[];

type Search = PeakSearch | WeightedSearch;

/** Finds what a request wants on the device, and reads back that alone. */
export class PeakFinder {
  private constructor(
    private readonly request: PeakQuery,
    private readonly searches: ReadonlyMap<string, Search>,
    private readonly readback: Readback,
  ) {}

  /** Undefined where the answer would be too long. */
  static async create(
    device: GpuDevice,
    request: PeakQuery,
    maps: DeviceMaps,
  ): Promise<PeakFinder | undefined> {
    const sizes = new Map(Object.keys(request).map((name) => [name, answerBytes(request, name, maps)]));
    const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    if (bytes > MAX_BYTES) return undefined;
    const pipelines = new Pipelines(device);
    const searches = new Map<string, Promise<Search>>();
    for (const [name, find] of Object.entries(request)) {
      searches.set(name, createSearch(device, pipelines, find, maps, searches));
    }
    const made = [...searches].map(async ([name, search]) => [name, await search] as const);
    return new PeakFinder(request, new Map(await Promise.all(made)), new Readback(device, sizes));
  }

  /** Whether it was made for the like. */
  finds(request: PeakQuery): boolean {
    const made = (finds: PeakQuery) => {
      return JSON.stringify(Object.entries(finds), (key, value) =>
        PER_RUN.includes(key) ? undefined : value,
      );
    };
    return made(request) === made(this.request);
  }

  /** After the network's layers. */
  encode(pass: GpuComputePass, request: PeakQuery): void {
    for (const [name, search] of this.searches) {
      const find = request[name];
      if (search instanceof WeightedSearch) search.encode(pass, find as BestCellsQuery);
      else search.encode(pass, find as TopPeaksQuery);
    }
  }

  /** After the pass. */
  encodeCopy(encoder: GpuCommandEncoder): void {
    for (const [name, search] of this.searches) this.readback.encodeCopy(encoder, name, search.list);
  }

  /**
   * Undefined where a list does not tell: there were too many candidates, or no peak at all, or other instances than
   * a find around them takes, or a number is not finite (or a score negative). Then the whole maps must be looked at.
   */
  async read(): Promise<PeakAnswer | undefined> {
    try {
      const lists = await this.readback.read();
      const found: Record<string, PeakLists> = {};
      for (const [name, search] of this.searches) {
        const values = search.found(lists.get(name) as Float32Array);
        if (!values) return undefined;
        found[name] = values;
      }
      const sources = Object.values(this.request).flatMap((find) => sourceOf(find) ?? []);
      const told = sources.every((name) => this.searches.get(name)?.hasAllInstances(found[name]));
      return told ? found : undefined;
    } finally {
      this.readback.release();
    }
  }

  destroy(): void {
    for (const search of this.searches.values()) search.destroy();
    this.readback.destroy();
  }
}

/** The name of the find whose cells are a find's instances. */
function sourceOf(find: TopPeaksQuery | BestCellsQuery): string | undefined {
  return "weight" in find && find.weight.kind !== "table" ? find.weight.points.query : undefined;
}

function instanceCount(request: PeakQuery, find: BestCellsQuery): number {
  const source = request[sourceOf(find) ?? ""];
  return source && "count" in source ? source.count : 1;
}

function answerBytes(request: PeakQuery, name: string, outputs: DeviceMaps): number {
  const find = request[name];
  const maps = findMaps(find, outputs);
  return "weight" in find
    ? weightedLayout(maps, instanceCount(request, find)).bytes
    : peakLayout(find, maps).bytes;
}

async function createSearch(
  device: GpuDevice,
  pipelines: Pipelines,
  find: TopPeaksQuery | BestCellsQuery,
  maps: DeviceMaps,
  earlier: ReadonlyMap<string, Promise<Search>>,
): Promise<Search> {
  if (!("weight" in find)) return PeakSearch.create(device, pipelines, find, maps);
  // Looked up at once: the map grows while this waits.
  const source = earlier.get(sourceOf(find) ?? "");
  return WeightedSearch.create(device, pipelines, find, maps, await source);
}
