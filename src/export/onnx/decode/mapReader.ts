import type { Shape } from "../../../tensor.ts";
import type { Calculation } from "./calculation.ts";

/** An output of the network: its value, in NCHW, and its shape in this project's layout. */
export interface OnnxMap {
  readonly value: string;
  readonly shape: Shape;
}

export type OnnxMaps = Readonly<Record<string, OnnxMap>>;

/** Elements of a map, best first. Each is a list of `count` numbers. */
export interface OnnxPeaks {
  readonly count: number;
  readonly scores: string;
  readonly classes: string;
  /** Flat. */
  readonly cells: string;
  /** Row and column of the cell, as floats. */
  readonly y: string;
  readonly x: string;
}

/** Points [rows, keypoints]. */
export interface OnnxPoints {
  readonly y: string;
  readonly x: string;
}

/** The map where it is the largest of its window, or less than the tolerance below the largest; 0 elsewhere. */
export function peakMap(c: Calculation, { value }: OnnxMap, window: number, tolerance: number): string {
  if (window <= 1) return value;
  const before = Math.floor((window - 1) / 2);
  const pads = [before, before, window - 1 - before, window - 1 - before];
  const largest = c.op("MaxPool", [value], { kernel_shape: [window, window], strides: [1, 1], pads });
  const isPeak =
    tolerance > 0 ? c.isLess(c.subtract(largest, value), c.float(tolerance)) : c.isEqual(largest, value);
  return c.choose(isPeak, value, c.float(0));
}

/** The best of all channels of a map [1, channels, height, width]. Of equal ones the first in the order NHWC comes first. */
export function bestOf(
  c: Calculation,
  map: string,
  [, height, width, channels]: Shape,
  most: number,
): OnnxPeaks {
  const count = Math.min(most, height * width * channels);
  const flat = c.reshape(c.transpose(map, [0, 2, 3, 1]), [-1]);
  const { values: scores, indices } = c.topK(flat, count);
  const cells = c.divide(indices, c.integer(channels));
  const classes = c.remainder(indices, c.integer(channels));
  return { count, scores, classes, cells, ...positionsOf(c, cells, width) };
}

/** Row and column of flat cells, as floats. */
export function positionsOf(c: Calculation, cells: string, width: number): { y: string; x: string } {
  const columns = c.integer(width);
  return { y: c.toFloat(c.divide(cells, columns)), x: c.toFloat(c.remainder(cells, columns)) };
}

/** All channels at each of the cells: [cells, channels]. */
export function readAt(c: Calculation, { value, shape }: OnnxMap, cells: string): string {
  return c.gather(c.reshape(c.transpose(value, [0, 2, 3, 1]), [-1, shape[3]]), cells);
}

/** The map as one row per channel: [channels, cells]. */
export function channelRows(c: Calculation, { value, shape }: OnnxMap): string {
  return c.reshape(value, [shape[3], -1]);
}

/** [rows] and [rows] as [rows, 2]. */
export function pairs(c: Calculation, first: string, second: string): string {
  return c.concat([c.widen(first, 1), c.widen(second, 1)], 1);
}
