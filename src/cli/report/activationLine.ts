import { counted } from "../../support/counted.ts";
import type { Shape } from "../../tensor.ts";
import type { ActivationGrid } from "../../visualization/activationGrid.ts";
import type { Statistics } from "../../visualization/statistics.ts";
import { formatCount, formatSides } from "../terminal/formatNumber.ts";

/**
 * What a grid of channels shows: `fpn.add 64x64x24: colors 0 to 5.1 (layer), 5 tiles per row, 4 pixels per cell; mean
 * 0.31, σ 0.62, 48.1 % zeros`.
 */
export function activationLine(layer: string, shape: Shape, grid: ActivationGrid): string {
  const { columns, pixelsPerCell, scale, ranges, statistics } = grid;
  const [{ min, max }] = ranges;
  const range = `${formatValue(min)} to ${formatValue(max)} (${scale})`;
  const colors = scale === "channel" ? "colors of each channel's range" : `colors ${range}`;
  const tiles = `${counted(columns, "tile")} per row`;
  const size =
    pixelsPerCell >= 1
      ? `${pixelsPerCell} pixels per cell`
      : `${Math.round(1 / pixelsPerCell)} cells per pixel`;
  const sizes = pixelsPerCell === 1 ? "1 pixel per cell" : size;
  return `  ${layer} ${formatSides(shape)}: ${colors}, ${tiles}, ${sizes}; ${statisticsInWords(statistics)}`;
}

/** `mean 0.31, σ 0.62, 48.1 % zeros`, and what is not finite. */
function statisticsInWords({ mean, deviation, zeros, nan, infinite, count }: Statistics): string {
  const parts = [`mean ${formatValue(mean)}`, `σ ${formatValue(deviation)}`];
  if (zeros > 0) parts.push(`${((100 * zeros) / count).toFixed(1)} % zeros`);
  if (nan > 0) parts.push(`${formatCount(nan)} NaN`);
  if (infinite > 0) parts.push(`${formatCount(infinite)} infinite`);
  return parts.join(", ");
}

/** Four digits: `-0.01234`, `1.5e-8`. */
export function formatValue(value: number): string {
  return `${Number(value.toPrecision(4))}`;
}
