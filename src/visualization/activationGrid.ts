/** All channels of a map as one image: a tile per channel, a colored pixel per cell. */
import { UsageError } from "../errors.ts";
import type { RgbImage } from "../image/rgbImage.ts";
import type { Tensor } from "../tensor.ts";
import { type ColorMapName, colorMap, entryOf, NAN_COLOR } from "./colorMap.ts";
import { channelStatistics, quantilesOf, type Statistics, statisticsOf } from "./statistics.ts";

/**
 * Which values the colors span: those of the whole `layer`; the layer's, equally far to both sides of 0 (`symmetric`);
 * the middle 98 % of the layer (`percentiles`), since a few numbers often rule all others; or those of each `channel`,
 * since one channel often does. The last two are equally far to both sides of 0 if any number is negative.
 */
export const GRID_SCALES = ["layer", "channel", "percentiles", "symmetric"] as const;
export type GridScale = (typeof GRID_SCALES)[number];

/** The order of the tiles: by number, or by a statistic of the channels, largest first. */
export type GridOrder = "number" | "mean" | "max" | "deviation";

export interface GridOptions {
  /** Default: `symmetric` if any number is negative, else `layer`. */
  readonly scale?: GridScale;
  /** Default: `number`. */
  readonly order?: GridOrder;
  /** In the chosen order, the first tile to draw and how many. Default: all. */
  readonly from?: number;
  readonly count?: number;
  /**
   * Pixels along each side of a cell: a whole number, or a fraction 1/n to draw the mean of n x n cells as a pixel.
   * Default: as many as fit in 1024 pixels along each side of the grid, and at least 1 up to 2560 pixels.
   */
  readonly pixelsPerCell?: number;
}

/** The value of the first and of the last color. */
export interface GridRange {
  readonly min: number;
  readonly max: number;
}

export interface ActivationGrid {
  readonly image: RgbImage;
  readonly columns: number;
  readonly rows: number;
  /** Size of a tile in pixels. Tile i lies at ((i mod columns) · (tileWidth + GAP), ⌊i / columns⌋ · (tileHeight + GAP)). */
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly pixelsPerCell: number;
  /** The channel of each tile. */
  readonly channels: readonly number[];
  readonly scale: GridScale;
  readonly colors: ColorMapName;
  /** Of each tile: the same for all, unless `scale` is `channel`. */
  readonly ranges: readonly GridRange[];
  /** Of the whole layer. */
  readonly statistics: Statistics;
}

/** Pixels between tiles. */
export const GRID_GAP = 2;

const GAP_LEVEL = 96;
/** Small maps are enlarged up to the first, large ones shrunk to the second. */
const [ENLARGED_SIDE, MAX_SIDE] = [1024, 2560];
const MAX_PIXELS_PER_CELL = 16;

/** @throws UsageError for a tensor that is no map, or for options out of range. */
export function activationGrid(tensor: Tensor, options: GridOptions = {}): ActivationGrid {
  const [, height, width, channelCount] = checkedShape(tensor);
  const statistics = statisticsOf(tensor.data);
  const scale = options.scale ?? (statistics.min < 0 ? "symmetric" : "layer");
  const order = orderOf(tensor, options.order ?? "number");
  const { from = 0, count = channelCount - from } = options;
  const channels = order.slice(from, from + count);
  if (channels.length === 0 || from < 0) {
    const expected = `tiles among the ${channelCount} channels`;
    throw new UsageError({ where: "activationGrid", expected, got: `${count} from ${from}` });
  }
  const columns = columnsFor(channels.length, width, height);
  const rows = Math.ceil(channels.length / columns);
  const pixelsPerCell = checkedZoom(options.pixelsPerCell ?? fittingZoom(columns, rows, width, height));
  const ranges = rangesOf(tensor, scale, channels, statistics);
  const bothSides = scale === "symmetric" || (scale !== "layer" && statistics.min < 0);
  const colors = bothSides ? "diverging" : "sequential";
  const tileWidth = Math.max(1, Math.floor(width * pixelsPerCell));
  const tileHeight = Math.max(1, Math.floor(height * pixelsPerCell));
  const image = blank(columns, rows, tileWidth, tileHeight);
  const entries = colorMap(colors);
  channels.forEach((channel, tile) => {
    const left = (tile % columns) * (tileWidth + GRID_GAP);
    const top = Math.floor(tile / columns) * (tileHeight + GRID_GAP);
    const { min, max } = ranges[tile];
    for (let y = 0; y < tileHeight; y++) {
      let at = ((top + y) * image.width + left) * 3;
      for (let x = 0; x < tileWidth; x++, at += 3) {
        const value = valueAt(tensor, channel, x, y, pixelsPerCell);
        if (Number.isNaN(value)) image.data.set(NAN_COLOR, at);
        else {
          const entry = entryOf(value, min, max) * 3;
          image.data[at] = entries[entry];
          image.data[at + 1] = entries[entry + 1];
          image.data[at + 2] = entries[entry + 2];
        }
      }
    }
  });
  return {
    image,
    columns,
    rows,
    tileWidth,
    tileHeight,
    pixelsPerCell,
    channels,
    scale,
    colors,
    ranges,
    statistics,
  };
}

/** The value that a pixel shows: that of its cell, or the mean of its cells. */
function valueAt({ shape, data }: Tensor, channel: number, x: number, y: number, zoom: number): number {
  const [, , width, channels] = shape;
  if (zoom >= 1) return data[(Math.floor(y / zoom) * width + Math.floor(x / zoom)) * channels + channel];
  const side = Math.round(1 / zoom);
  let sum = 0;
  let cells = 0;
  for (let row = y * side; row < Math.min((y + 1) * side, shape[1]); row++) {
    for (let column = x * side; column < Math.min((x + 1) * side, width); column++) {
      sum += data[(row * width + column) * channels + channel];
      cells++;
    }
  }
  return sum / cells;
}

function checkedShape({ shape, data }: Tensor): Tensor["shape"] {
  const [batch, height, width, channels] = shape;
  const isMap = shape.length === 4 && batch === 1 && Math.min(height, width, channels) > 0;
  if (isMap && data.length === height * width * channels) return shape;
  const got = `${data.length} numbers of shape [${shape.join(", ")}]`;
  throw new UsageError({ where: "activationGrid", expected: "a map [1, height, width, channels]", got });
}

function checkedZoom(zoom: number): number {
  const isWhole = zoom >= 1 ? Number.isInteger(zoom) : Math.abs(1 / zoom - Math.round(1 / zoom)) < 1e-9;
  if (zoom > 0 && isWhole) return zoom;
  const expected = "a whole number or one divided by one";
  throw new UsageError({ where: "pixelsPerCell", expected, got: String(zoom) });
}

/** Channels in the order of their tiles. */
function orderOf(tensor: Tensor, order: GridOrder): number[] {
  const numbers = Array.from({ length: tensor.shape[3] }, (_, channel) => channel);
  if (order === "number") return numbers;
  const values = channelStatistics(tensor).map((statistics) => statistics[order]);
  // Channels without a finite number come last.
  const rank = (channel: number) =>
    Number.isNaN(values[channel]) ? Number.NEGATIVE_INFINITY : values[channel];
  return numbers.sort((a, b) => (rank(b) === rank(a) ? a - b : rank(b) - rank(a)));
}

function rangesOf(
  tensor: Tensor,
  scale: GridScale,
  channels: readonly number[],
  { min, max }: Statistics,
): GridRange[] {
  const all = (range: GridRange) => channels.map(() => range);
  switch (scale) {
    case "layer":
      return all({ min, max });
    case "percentiles": {
      const [low, high] = quantilesOf(tensor.data, [0.01, 0.99]);
      return all(min < 0 ? aroundZero(low, high) : { min: low, max: high });
    }
    case "symmetric":
      return all(aroundZero(min, max));
    case "channel": {
      const statistics = channelStatistics(tensor);
      return channels.map((channel) => {
        const own = statistics[channel];
        return min < 0 ? aroundZero(own.min, own.max) : { min: own.min, max: own.max };
      });
    }
  }
}

function aroundZero(low: number, high: number): GridRange {
  const largest = Math.max(Math.abs(low), Math.abs(high));
  return { min: -largest, max: largest };
}

/** So many that the grid is about as wide as it is high. */
function columnsFor(tiles: number, width: number, height: number): number {
  const columns = Math.ceil(Math.sqrt((tiles * (height + GRID_GAP)) / (width + GRID_GAP)));
  return Math.max(1, Math.min(tiles, columns));
}

function fittingZoom(columns: number, rows: number, width: number, height: number): number {
  const fitIn = (side: number) => {
    const room = (tiles: number) => Math.max(1, (side - (tiles - 1) * GRID_GAP) / tiles);
    return Math.min(room(columns) / width, room(rows) / height);
  };
  const shrunk = fitIn(MAX_SIDE);
  if (shrunk < 1) return 1 / Math.ceil(1 / shrunk);
  return Math.max(1, Math.min(MAX_PIXELS_PER_CELL, Math.floor(fitIn(ENLARGED_SIDE))));
}

function blank(columns: number, rows: number, tileWidth: number, tileHeight: number): RgbImage {
  const width = columns * (tileWidth + GRID_GAP) - GRID_GAP;
  const height = rows * (tileHeight + GRID_GAP) - GRID_GAP;
  return { width, height, data: new Uint8Array(width * height * 3).fill(GAP_LEVEL) };
}
