import { finishedTiles, pack, tilesOf } from "./gatherGemm";
import { DepthwiseCall, GatherGemmCall } from "./generated/calls";
import { depthwiseRow3 } from "./generated/depthwiseRow";
import { TILE_CELLS } from "./generated/gemmTile";

/**
 * A depthwise convolution. Weights: [planes][kernel][kernel][4]. Units: planes, or bands of rows
 * times splits of the planes if the layer before is computed inside this one.
 */
export function depthwise(address: usize, unit: i32, scratch: usize): void {
  const call = DepthwiseCall.at(address);
  if (call.predecessor) {
    expandedBand(call, GatherGemmCall.at(call.predecessor), unit, scratch);
  } else if (call.small) {
    const source = call.source + unit * call.height * call.width * 16;
    rowsOf(call, unit, source, 0, call.outputHeight);
  } else {
    depthwiseAny(call, unit);
  }
}

/**
 * Two layers of an inverted residual for a band of output rows, two planes at a time: the expansion of the input rows
 * that the band reads, then the depthwise layer, a few rows at a time. The map between them, several times as large as any
 * other, never leaves the cache. Neighboring bands both compute the rows that they share; units of other planes gather the
 * same inputs again.
 */
function expandedBand(call: DepthwiseCall, expansion: GatherGemmCall, unit: i32, scratch: usize): void {
  const firstRow = (unit % call.bands) * call.bandRows;
  const lastRow = min(call.outputHeight, firstRow + call.bandRows);
  const top = max(0, firstRow * call.stride - call.padTop);
  const bottom = inputEnd(call, lastRow);
  const cells = (bottom - top) * call.width;

  const sums = scratch;
  const sumBytes = tilesOf(cells) * TILE_CELLS * 16;
  const packed = sums + 2 * sumBytes;
  pack(
    expansion,
    top * call.width,
    cells,
    packed,
    packed + tilesOf(cells) * TILE_CELLS * expansion.cellBytes,
  );

  const panels = (expansion.outputPlanes + 1) >> 1;
  const panelsPerSplit = (panels + call.splits - 1) / call.splits;
  const firstPanel = (unit / call.bands) * panelsPerSplit;
  const lastPanel = min(panels, firstPanel + panelsPerSplit);
  const together = max(1, CELLS_TOGETHER / (call.width * call.stride));
  for (let panel = firstPanel; panel < lastPanel; panel++) {
    const halves = panel * 2 + 1 < expansion.outputPlanes ? 2 : 1;
    let tile = 0;
    for (let row = firstRow; row < lastRow; row += together) {
      const end = min(lastRow, row + together);
      const tiles = tilesOf((inputEnd(call, end) - top) * call.width);
      const place = sums + tile * TILE_CELLS * 16;
      const from = packed + tile * TILE_CELLS * expansion.cellBytes;
      finishedTiles(expansion, panel, tiles - tile, from, place, sumBytes);
      tile = tiles;
      for (let half = 0; half < halves; half++) {
        const plane = panel * 2 + half;
        rowsOf(call, plane, sums + half * sumBytes - top * call.width * 16, row, end);
      }
    }
  }
}

/** Expanded at a time: two planes of so many cells stay in the L1 cache for the depthwise layer. */
const CELLS_TOGETHER: i32 = 320;

/** The input row behind the last one that the output rows up to `end` read. */
function inputEnd(call: DepthwiseCall, end: i32): i32 {
  return min(call.height, (end - 1) * call.stride - call.padTop + 3);
}

/** 3x3 windows that reach over the side edges by at most one cell. `source` is where row 0 of the plane is or would be. */
function rowsOf(call: DepthwiseCall, plane: i32, source: usize, firstRow: i32, lastRow: i32): void {
  const outputRow = call.outputWidth * 16;
  const first = plane * call.outputHeight * outputRow;
  const weights = call.weights + plane * 9 * 16;
  const bias = v128.load(call.bias + plane * 16);
  const low = f32x4.splat(call.low);
  const high = f32x4.splat(call.high);
  const columns = call.outputWidth;
  const left = call.padLeft > 0;
  const right = (columns - 1) * call.stride - call.padLeft + 3 > call.width;
  for (let row = firstRow; row < lastRow; row++) {
    const top = row * call.stride - call.padTop;
    const row0 = inputRow(call, source, top);
    const row1 = inputRow(call, source, top + 1);
    const row2 = inputRow(call, source, top + 2);
    const target = call.destination + first + row * outputRow;
    const residual = call.residual ? call.residual + first + row * outputRow : 0;
    depthwiseRow3(
      call.stride,
      row0,
      row1,
      row2,
      weights,
      target,
      columns,
      left,
      right,
      bias,
      residual,
      low,
      high,
    );
  }
}

/** Address at which the first output of a row starts to read an input row; 0 for rows above and below the map. */
function inputRow(call: DepthwiseCall, source: usize, row: i32): usize {
  const inside = <u32>row < <u32>call.height;
  return inside ? source + (row * call.width - call.padLeft) * 16 : 0;
}

/** Windows of any size and padding. */
function depthwiseAny(call: DepthwiseCall, plane: i32): void {
  const source = call.source + plane * call.height * call.width * 16;
  const weights = call.weights + plane * call.kernel * call.kernel * 16;
  const bias = v128.load(call.bias + plane * 16);
  const low = f32x4.splat(call.low);
  const high = f32x4.splat(call.high);
  let place = plane * call.outputHeight * call.outputWidth * 16;
  for (let row = 0; row < call.outputHeight; row++) {
    const top = row * call.stride - call.padTop;
    for (let column = 0; column < call.outputWidth; column++) {
      let value = windowSum(call, source, weights, top, column * call.stride - call.padLeft, bias);
      if (call.residual) value = f32x4.add(value, v128.load(call.residual + place));
      v128.store(call.destination + place, f32x4.pmin(f32x4.pmax(value, low), high));
      place += 16;
    }
  }
}

function windowSum(
  call: DepthwiseCall,
  source: usize,
  weights: usize,
  top: i32,
  left: i32,
  bias: v128,
): v128 {
  let value = bias;
  for (let u = max(0, -top); u < min(call.kernel, call.height - top); u++) {
    for (let v = max(0, -left); v < min(call.kernel, call.width - left); v++) {
      const x = v128.load(source + ((top + u) * call.width + left + v) * 16);
      value = f32x4.add(value, f32x4.mul(x, v128.load(weights + (u * call.kernel + v) * 16)));
    }
  }
  return value;
}
