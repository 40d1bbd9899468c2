import { entrySizeOf, type FindMaps, placeInEntry } from "./peaks/gatheredMaps.ts";

/** The instances of a weighted find: entries of another find's list. */
export interface Instances {
  readonly count: number;
  /** Numbers before the first. */
  readonly first: number;
  readonly entrySize: number;
  /** Of its heatmap: an index is cell · channels + channel. */
  readonly channels: number;
  /** Where a map's pairs begin in an entry. */
  placeOf(map: string): number;
}

/** Entries from the `first` number of a list on. */
export function instancesIn(maps: FindMaps, first: number, count: number): Instances {
  return {
    count,
    first,
    entrySize: entrySizeOf(maps),
    channels: maps.heatmap[3],
    placeOf: (map) => placeInEntry(maps, map),
  };
}
