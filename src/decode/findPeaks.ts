import type {
  PeakAnswer,
  PeakList,
  PeakLists,
  TopPeaksQueries,
  TopPeaksQuery,
} from "../backend/peakQuery.ts";
import { UsageError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import { checkMaps, gatherChannels, zeroOutside } from "./maps.ts";
import { topPeaks } from "./peaks.ts";

type Maps = Readonly<Record<string, Tensor>>;

/**
 * Finds peaks in whole maps, for backends that do not find them themselves.
 *
 * @throws UsageError if the maps do not fit together.
 */
export function findPeaks(outputs: Maps, queries: TopPeaksQueries): PeakAnswer {
  const answer = Object.entries(queries).map(([name, query]) => [name, peakLists(outputs, query)]);
  return Object.fromEntries(answer);
}

/** The answer to one query. */
export function peakLists(outputs: Maps, query: TopPeaksQuery): PeakLists {
  checkQuery(outputs, query);
  const whole = outputs[query.heatmap];
  const [, height, width, channels] = whole.shape;
  const heatmap = query.within ? zeroOutside(whole, query.within) : whole;
  const lists =
    query.among === "all channels"
      ? [peakList(outputs, query, heatmap)]
      : Array.from({ length: channels }, (_, channel) => peakList(outputs, query, heatmap, channel));
  return { height, width, channels, lists };
}

/** The peaks of one channel, or of all channels together. */
function peakList(outputs: Maps, query: TopPeaksQuery, heatmap: Tensor, channel?: number): PeakList {
  const { count, window, tolerance, gather, gatherOwnChannel = [] } = query;
  const channels = heatmap.shape[3];
  const [start, step] = channel === undefined ? [0, 1] : [channel, channels];
  const ranked = topPeaks(heatmap, count, window, { tolerance, start, step });
  const peaks = ranked.scores.filter((score) => score > 0).length;
  const indices = ranked.indices.slice(0, peaks).map((position) => start + position * step);
  const cells = indices.map((index) => Math.floor(index / channels));
  const all = gather.map((name) => [name, gatherChannels(outputs[name], cells)] as const);
  const own = gatherOwnChannel.map((name) => {
    const share = outputs[name].shape[3] / channels;
    return [
      name,
      gatherChannels(outputs[name], cells, share, (row) => (indices[row] % channels) * share),
    ] as const;
  });
  return { scores: ranked.scores.slice(0, peaks), indices, gathered: Object.fromEntries([...all, ...own]) };
}

function checkQuery(outputs: Maps, { heatmap, gather, gatherOwnChannel = [] }: TopPeaksQuery): void {
  const names = [heatmap, ...gather, ...gatherOwnChannel];
  checkMaps(outputs, Object.fromEntries(names.map((name) => [name, outputs[name].shape[3]])));
  const channels = outputs[heatmap].shape[3];
  for (const name of gatherOwnChannel) {
    const got = outputs[name].shape[3];
    if (got % channels === 0) continue;
    throw new UsageError({
      where: `map ${name}`,
      expected: `a multiple of ${channels} channels`,
      got: `${got}`,
    });
  }
}
