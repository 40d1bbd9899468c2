/** Which pixels of the network's input the cells of a map depend on, along one axis. */
import type { CellRange } from "../graph/op.ts";

/** First and last pixel, or nothing if the first is greater. */
export type Range = readonly [first: number, last: number];

const NOTHING: Range = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

export interface Extent {
  /** After so many cells the ranges repeat, `advance` pixels further on. */
  readonly period: number;
  readonly advance: number;
  /** The range of any cell, as if maps and padding had no end. */
  readonly free: (cell: number) => Range;
  /** By cell of the map: what it depends on in the input that there is. */
  readonly clipped: readonly Range[];
}

/** That of the network's input: each pixel depends on itself. */
export function inputExtent(side: number): Extent {
  return {
    period: 1,
    advance: 1,
    free: (cell) => [cell, cell],
    clipped: Array.from({ length: side }, (_, pixel) => [pixel, pixel]),
  };
}

/** That of the map which an op computes from this one. */
export function extentThrough(input: Extent, read: CellRange, side: number): Extent {
  const periods = read.step / greatestDivisor(read.step, input.period);
  const groups = input.period / greatestDivisor(read.step, input.period);
  const advance = input.advance * periods;
  const free = (cell: number) => pixelsOf(cellsOf(read, cell), input.free);
  const last = input.clipped.length - 1;
  const clipped = Array.from({ length: side }, (_, cell) => {
    const [from, to] = cellsOf(read, cell);
    return pixelsOf([Math.max(from, 0), Math.min(to, last)], (at) => input.clipped[at]);
  });
  return { ...repeating(groups * read.ranges.length, advance, free), clipped };
}

/** The smallest that contains both. */
export function extentAround(a: Extent, b: Extent): Extent {
  const { period, advance } = commonPeriod(a, b);
  const around = ([a0, a1]: Range, [b0, b1]: Range): Range => [Math.min(a0, b0), Math.max(a1, b1)];
  return {
    ...repeating(period, advance, (cell) => around(a.free(cell), b.free(cell))),
    clipped: a.clipped.map((range, cell) => around(range, b.clipped[cell])),
  };
}

/** Whether every cell's range of `b` lies in that of `a`. */
export function contains(a: Extent, b: Extent): boolean {
  const holds = ([a0, a1]: Range, [b0, b1]: Range) => b0 > b1 || (a0 <= b0 && b1 <= a1);
  for (let cell = 0; cell < commonPeriod(a, b).period; cell++) {
    if (!holds(a.free(cell), b.free(cell))) return false;
  }
  return a.clipped.every((range, cell) => holds(range, b.clipped[cell]));
}

/** The ranges are computed once: each extent asks the one before it. */
function repeating(period: number, advance: number, range: (cell: number) => Range): Omit<Extent, "clipped"> {
  const ranges = Array.from({ length: period }, (_, cell) => range(cell));
  const free = (cell: number): Range => {
    if (!Number.isFinite(cell)) return [cell, cell];
    const turn = Math.floor(cell / period);
    const [first, last] = ranges[cell - turn * period];
    return [first + turn * advance, last + turn * advance];
  };
  return { period, advance, free };
}

function cellsOf({ step, ranges }: CellRange, cell: number): Range {
  const group = Math.floor(cell / ranges.length);
  const [first, last] = ranges[cell - group * ranges.length];
  return [first + group * step, last + group * step];
}

/** What the cells of a range depend on. Those at its ends may depend on nothing: a transposed convolution has gaps. */
function pixelsOf([from, to]: Range, pixels: (cell: number) => Range): Range {
  let [first, last] = [from, to];
  while (first < last && isEmpty(pixels(first))) first++;
  while (last > first && isEmpty(pixels(last))) last--;
  return first > last ? NOTHING : [pixels(first)[0], pixels(last)[1]];
}

function isEmpty([first, last]: Range): boolean {
  return first > last;
}

function commonPeriod(a: Extent, b: Extent): { period: number; advance: number } {
  const times = b.period / greatestDivisor(a.period, b.period);
  return { period: a.period * times, advance: a.advance * times };
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
