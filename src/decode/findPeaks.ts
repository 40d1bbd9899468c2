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

/** The peaks that were asked for, from whole maps. Throws UsageError for maps that do not fit together. */
export function findPeaks(outputs: Maps, request: TopPeaksQueries): PeakAnswer {
  const found = Object.entries(request).map(([name, find]) => [name, peakLists(outputs, find)]);
  return Object.fromEntries(found);
}

/** Those of one find. */
export function peakLists(outputs: Maps, find: TopPeaksQuery): PeakLists {
  checkQuery(outputs, find);
  const whole = outputs[find.heatmap];
  const [, height, width, channels] = whole.shape;
  const heatmap = find.within ? zeroOutside(whole, find.within) : whole;
  const lists =
    find.among === "all channels"
      ? [peakList(outputs, find, heatmap)]
      : Array.from({ length: channels }, (_, channel) => peakList(outputs, find, heatmap, channel));
  return { height, width, channels, lists };
}

/** Of one channel, or of all. */
function peakList(outputs: Maps, find: TopPeaksQuery, heatmap: Tensor, channel?: number): PeakList {
  const { count, window, tolerance, gather: at, gatherOwnChannel: atOwn = [] } = find;
  const channels = heatmap.shape[3];
  const [start, step] = channel === undefined ? [0, 1] : [channel, channels];
  const ranked = topPeaks(heatmap, count, window, { tolerance, start, step });
  const peaks = ranked.scores.filter((score) => score > 0).length;
  const indices = ranked.indices.slice(0, peaks).map((position) => start + position * step);
  const cells = indices.map((index) => Math.floor(index / channels));
  const all = at.map((name) => [name, gatherChannels(outputs[name], cells)] as const);
  const own = atOwn.map((name) => {
    const share = outputs[name].shape[3] / channels;
    return [
      name,
      gatherChannels(outputs[name], cells, share, (row) => (indices[row] % channels) * share),
    ] as const;
  });
  return { scores: ranked.scores.slice(0, peaks), indices, gathered: Object.fromEntries([...all, ...own]) };
}

function checkQuery(
  outputs: Maps,
  { heatmap, gather: at, gatherOwnChannel: atOwn = [] }: TopPeaksQuery,
): void {
  const names = [heatmap, ...at, ...atOwn];
  checkMaps(outputs, Object.fromEntries(names.map((name) => [name, outputs[name].shape[3]])));
  const channels = outputs[heatmap].shape[3];
  for (const name of atOwn) {
    const got = outputs[name].shape[3];
    if (got % channels === 0) continue;
    throw new UsageError({
      where: `map ${name}`,
      expected: `a multiple of ${channels} channels`,
      got: `${got}`,
    });
  }
}
