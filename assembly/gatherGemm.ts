import { GatherGemmCall } from "./generated/calls";
import { gemmTile } from "./generated/gemmTile";

const TILE_BYTES: i32 = 256;
const OUTSIDE: i32 = -1;

/**
 * A dense convolution as a product of matrices: what each output cell sees, [taps x input channels], times the
 * weights. A unit gathers what a block of output cells sees into one piece of memory, 8 cells side by side,
 * where the tiles read it in order. (Reading the map in place costs a third of the speed: neighbouring planes
 * are pages apart.)
 *
 * A tap is a displacement (row, column) from where an output cell's window starts. Outputs may lie `step`
 * cells apart in their map: a transposed convolution is one such product for each phase of its stride.
 *
 * Units: blocks of cells, times splits of the output channels. Weights: [outputs / 8][taps][planes][4][8].
 */
export function gatherGemm(address: usize, unit: i32, scratch: usize): void {
  const call = GatherGemmCall.at(address);
  const block = unit % call.blocks;
  const split = unit / call.blocks;
  const firstCell = block * call.blockCells;
  const cells = min(call.blockCells, call.rows * call.columns - firstCell);
  const tiles = (cells + 7) >> 3;
  const depth = call.taps * call.planes;

  const sums = scratch;
  const targets = sums + TILE_BYTES;
  const offsets = targets + call.blockCells * 4;
  const packed = offsets + call.blockCells * 4;
  locateTargets(call, firstCell, cells, targets);
  for (let tap = 0; tap < call.taps; tap++) {
    locateSources(call, firstCell, cells, tap, offsets);
    gather(call, cells, tap, offsets, packed, depth);
  }

  const panels = (call.outputPlanes + 1) >> 1;
  const panelsPerSplit = (panels + call.splits - 1) / call.splits;
  const lastPanel = min(panels, (split + 1) * panelsPerSplit);
  for (let panel = split * panelsPerSplit; panel < lastPanel; panel++) {
    const weights = call.weights + panel * depth * 128;
    for (let tile = 0; tile < tiles; tile++) {
      gemmTile(packed + tile * depth * 128, weights, depth, sums);
      const count = min(8, cells - tile * 8);
      finish(call, panel * 2, sums, count, targets + tile * 32);
      if (panel * 2 + 1 < call.outputPlanes)
        finish(call, panel * 2 + 1, sums + 128, count, targets + tile * 32);
    }
  }
}

/** Where in its plane each output cell of the block lies, in bytes. */
function locateTargets(call: GatherGemmCall, firstCell: i32, cells: i32, targets: usize): void {
  let row = firstCell / call.columns;
  let column = firstCell % call.columns;
  for (let cell = 0; cell < cells; cell++) {
    const place = (row * call.step + call.top) * call.outputWidth + column * call.step + call.left;
    store<i32>(targets + cell * 4, place * 16);
    if (++column === call.columns) {
      column = 0;
      row++;
    }
  }
}

/** Where in its plane the input cell lies that a tap of each output cell sees, in bytes. */
function locateSources(call: GatherGemmCall, firstCell: i32, cells: i32, tap: i32, offsets: usize): void {
  const down = load<i32>(call.tapTable + tap * 8);
  const right = load<i32>(call.tapTable + tap * 8, 4);
  let row = firstCell / call.columns;
  let column = firstCell % call.columns;
  for (let cell = 0; cell < cells; cell++) {
    const y = row * call.stride + down;
    const x = column * call.stride + right;
    const inside = <u32>y < <u32>call.height && <u32>x < <u32>call.width;
    store<i32>(offsets + cell * 4, inside ? (y * call.width + x) * 16 : OUTSIDE);
    if (++column === call.columns) {
      column = 0;
      row++;
    }
  }
}

/** Packs one tap of the block: [tile][tap][plane][8 cells][4]. */
function gather(call: GatherGemmCall, cells: i32, tap: i32, offsets: usize, packed: usize, depth: i32): void {
  const inputPlane = call.height * call.width * 16;
  const tileBytes = depth * 128;
  let source = call.source;
  for (let plane = 0; plane < call.planes; plane++) {
    let place = packed + (tap * call.planes + plane) * 128;
    for (let first = 0; first < cells; first += 8) {
      const last = min(8, cells - first);
      for (let cell = 0; cell < last; cell++) {
        const offset = load<i32>(offsets + (first + cell) * 4);
        const value = offset === OUTSIDE ? f32x4.splat(0) : v128.load(source + offset);
        v128.store(place + cell * 16, value);
      }
      place += tileBytes;
    }
    source += inputPlane;
  }
}

/** Finishes the sums of one plane of a tile and writes them to their places. */
function finish(call: GatherGemmCall, plane: i32, sums: usize, count: i32, targets: usize): void {
  const start = plane * call.outputCells * 16;
  const destination = call.destination + start;
  const bias = v128.load(call.bias + plane * 16);
  const low = f32x4.splat(call.low);
  const high = f32x4.splat(call.high);
  if (call.residual) {
    const residual = call.residual + start;
    for (let cell = 0; cell < count; cell++) {
      const place = load<i32>(targets + cell * 4);
      const sum = f32x4.add(f32x4.add(v128.load(sums + cell * 16), bias), v128.load(residual + place));
      v128.store(destination + place, f32x4.pmin(f32x4.pmax(sum, low), high));
    }
  } else {
    for (let cell = 0; cell < count; cell++) {
      const place = load<i32>(targets + cell * 4);
      const sum = f32x4.add(v128.load(sums + cell * 16), bias);
      v128.store(destination + place, f32x4.pmin(f32x4.pmax(sum, low), high));
    }
  }
}
