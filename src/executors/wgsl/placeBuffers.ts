/** Something that needs a buffer from step `from` until step `until`, both included. */
export interface Lifetime {
  readonly name: string;
  readonly bytes: number;
  readonly from: number;
  readonly until: number;
}

export interface BufferPlacement {
  readonly bufferBytes: readonly number[];
  /** By name: which buffer. */
  readonly buffers: ReadonlyMap<string, number>;
}

/**
 * Gives buffers to values so that those in use at the same time have different ones, the largest value first,
 * each to the first buffer that is free for its whole life. A dispatch may not read and write one buffer,
 * whatever the places in it: so whole buffers are shared out, not places.
 */
export function placeBuffers(lifetimes: readonly Lifetime[]): BufferPlacement {
  const buffers: { bytes: number; holds: Lifetime[] }[] = [];
  const placed = new Map<string, number>();
  for (const value of [...lifetimes].sort((a, b) => b.bytes - a.bytes)) {
    const isFree = (held: Lifetime) => held.until < value.from || held.from > value.until;
    let index = buffers.findIndex(({ holds }) => holds.every(isFree));
    if (index === -1) index = buffers.push({ bytes: value.bytes, holds: [] }) - 1;
    buffers[index].holds.push(value);
    placed.set(value.name, index);
  }
  return { bufferBytes: buffers.map(({ bytes }) => bytes), buffers: placed };
}
