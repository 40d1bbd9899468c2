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
import { BestCellsSearch } from "./bestCellsSearch.ts";
import { bestCellsLayout } from "./bestCellsShaders.ts";
import { type DeviceMaps, queryMaps } from "./peakRecords.ts";
import { TopPeaksSearch } from "./topPeaksSearch.ts";
import { topPeaksLayout } from "./topPeaksShaders.ts";

/** Max size of an answer that is read back, in bytes. */
export const MAX_BYTES = 65_536;

/** Fields that are uploaded anew for each run; all others are compiled into the shaders. */
const PER_RUN: readonly string[] = ["within", "weights"] satisfies (
  | keyof TopPeaksQuery
  | keyof TableWeight
)[];

type Search = TopPeaksSearch | BestCellsSearch;

/** Answers a query on the device, and reads back the answer alone. */
export class PeakFinder {
  private constructor(
    private readonly query: PeakQuery,
    private readonly searches: ReadonlyMap<string, Search>,
    private readonly readback: Readback,
  ) {}

  /**
   * Returns undefined if the answer would exceed `MAX_BYTES`.
   *
   * @throws UsageError if a query's points are around the cells of a query that is missing.
   */
  static async create(
    device: GpuDevice,
    query: PeakQuery,
    maps: DeviceMaps,
  ): Promise<PeakFinder | undefined> {
    const sizes = new Map(Object.keys(query).map((name) => [name, answerBytes(query, name, maps)]));
    const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    if (bytes > MAX_BYTES) return undefined;
    const pipelines = Pipelines.of(device);
    const searches = new Map<string, Promise<Search>>();
    for (const [name, part] of Object.entries(query)) {
      searches.set(name, createSearch(device, pipelines, part, maps, searches));
    }
    const created = [...searches].map(async ([name, search]) => [name, await search] as const);
    return new PeakFinder(query, new Map(await Promise.all(created)), new Readback(device, sizes));
  }

  /** Whether this finder can answer the query: it differs at most in what each run uploads. */
  canAnswer(query: PeakQuery): boolean {
    const compiled = (parts: PeakQuery) => {
      return JSON.stringify(Object.entries(parts), (key, value) =>
        PER_RUN.includes(key) ? undefined : value,
      );
    };
    return compiled(query) === compiled(this.query);
  }

  /** Records the searches, after the network's layers. */
  encode(pass: GpuComputePass, query: PeakQuery): void {
    for (const [name, search] of this.searches) {
      const part = query[name];
      if (search instanceof BestCellsSearch) search.encode(pass, part as BestCellsQuery);
      else search.encode(pass, part as TopPeaksQuery);
    }
  }

  /** Records the copy of the answers, after the pass. */
  encodeCopy(encoder: GpuCommandEncoder): void {
    for (const [name, search] of this.searches) this.readback.encodeCopy(encoder, name, search.list);
  }

  /**
   * Returns undefined if the device could not tell: a list had no peak or too many candidates, there were not as many
   * anchors as a query takes, or a number was not finite (or a score negative). Then the whole maps must be decoded.
   */
  async read(): Promise<PeakAnswer | undefined> {
    try {
      const lists = await this.readback.read();
      const answers: Record<string, PeakLists> = {};
      for (const [name, search] of this.searches) {
        const answer = search.answer(lists.get(name) as Float32Array);
        if (!answer) return undefined;
        answers[name] = answer;
      }
      const sources = Object.values(this.query).flatMap((part) => anchorQuery(part) ?? []);
      const isComplete = sources.every((name) => this.searches.get(name)?.hasAllAnchors(answers[name]));
      return isComplete ? answers : undefined;
    } finally {
      this.readback.release();
    }
  }

  destroy(): void {
    for (const search of this.searches.values()) search.destroy();
    this.readback.destroy();
  }
}

/** The name of the query whose cells are the anchors. */
function anchorQuery(query: TopPeaksQuery | BestCellsQuery): string | undefined {
  return "weight" in query && query.weight.kind !== "table" ? query.weight.points.query : undefined;
}

function anchorCount(query: PeakQuery, part: BestCellsQuery): number {
  const source = query[anchorQuery(part) ?? ""];
  return source && "count" in source ? source.count : 1;
}

function answerBytes(query: PeakQuery, name: string, outputs: DeviceMaps): number {
  const part = query[name];
  const maps = queryMaps(part, outputs);
  return "weight" in part
    ? bestCellsLayout(maps, anchorCount(query, part)).bytes
    : topPeaksLayout(part, maps).bytes;
}

async function createSearch(
  device: GpuDevice,
  pipelines: Pipelines,
  query: TopPeaksQuery | BestCellsQuery,
  maps: DeviceMaps,
  earlier: ReadonlyMap<string, Promise<Search>>,
): Promise<Search> {
  if (!("weight" in query)) return TopPeaksSearch.create(device, pipelines, query, maps);
  // Looked up before the first await: the map grows meanwhile.
  const source = earlier.get(anchorQuery(query) ?? "");
  return BestCellsSearch.create(device, pipelines, query, maps, await source);
}
