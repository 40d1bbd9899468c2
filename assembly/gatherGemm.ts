import { GatherGemmCall } from "./generated/calls";
import {
  gemmTiles,
  gemmTilesFinished,
  gemmTilesHalf,
  gemmTilesHalfFinished,
  TILE_CELLS,
} from "./generated/gemmTile";

const OUTSIDE: i32 = -1;

/** An entry of the table of kernel offsets: rows down, columns to the right, and the same in bytes of a plane. */
const OFFSET_BYTES: i32 = 12;

/**
 * A dense convolution as a product of matrices: what each output cell reads, [kernel offsets x input channels], times
 * the weights. A unit gathers the inputs of a block of output cells into contiguous memory, cell by cell, so that the
 * product reads them in order. (Reading the map in place is a third slower: neighboring planes are pages apart.)
 *
 * A kernel offset is a position (row, column) relative to the start of an output cell's window. Output cells may be
 * `step` cells apart: a transposed convolution is one such product for each phase of its stride.
 *
 * The innermost loop, where most of a network's time goes, is `gemmTiles`. It is generated: scripts/wasm/gemmTile.ts.
 * The fields of the call are declared in WASM_CALLS (src/kernels/wasm/kernel.ts), whose order is the ABI.
 *
 * Units: blocks of cells, times splits of the output channels. Weights: [outputs / 8][depth][4][8].
 */
export function gatherGemm(address: usize, unit: i32, scratch: usize): void {
  const call = GatherGemmCall.at(address);
  const firstCell = firstCellOf(call, unit);
  const packed = packedIn(call, scratch);
  pack(call, firstCell, cellsFrom(call, firstCell), packed, packed + call.blockCells * call.cellBytes);
  multiplyBlock(call, unit, scratch);
}

export function firstCellOf(call: GatherGemmCall, unit: i32): i32 {
  return (unit % call.blocks) * call.blockCells;
}

export function cellsFrom(call: GatherGemmCall, firstCell: i32): i32 {
  return min(call.blockCells, call.rows * call.columns - firstCell);
}

/** Where in scratch memory a block's inputs are packed: behind two planes of sums and the places of the outputs. */
export function packedIn(call: GatherGemmCall, scratch: usize): usize {
  return scratch + call.blockCells * 36;
}

/** Multiplies a block's packed inputs with the weights of the unit's split and writes the outputs. */
export function multiplyBlock(call: GatherGemmCall, unit: i32, scratch: usize): void {
  const split = unit / call.blocks;
  const firstCell = firstCellOf(call, unit);
  const cells = cellsFrom(call, firstCell);
  const sumBytes = call.blockCells * 16;
  const sums = scratch;
  const targets = sums + 2 * sumBytes;
  const packed = packedIn(call, scratch);
  if (call.step > 1) locateTargets(call, firstCell, cells, targets);

  const panels = (call.outputPlanes + 1) >> 1;
  const panelsPerSplit = (panels + call.splits - 1) / call.splits;
  const lastPanel = min(panels, (split + 1) * panelsPerSplit);
  const inPlace = call.step === 1 && !call.residual;
  for (let panel = split * panelsPerSplit; panel < lastPanel; panel++) {
    if (inPlace) {
      writePanel(call, panel, firstCell, cells, packed, sums, sumBytes);
      continue;
    }
    const whole = panelSums(call, panel, cells, packed, sums, sumBytes);
    finish(call, panel * 2, sums, firstCell, cells, targets);
    if (whole) finish(call, panel * 2 + 1, sums + sumBytes, firstCell, cells, targets);
  }
}

/** Whole tiles write their outputs themselves. The last one, which would write beyond the block, goes through scratch memory. */
function writePanel(
  call: GatherGemmCall,
  panel: i32,
  firstCell: i32,
  cells: i32,
  packed: usize,
  sums: usize,
  sumBytes: i32,
): void {
  const planeBytes = call.outputCells * 16;
  const target = call.destination + panel * 2 * planeBytes + firstCell * 16;
  const whole = cells / TILE_CELLS;
  finishedTiles(call, panel, whole, packed, target, planeBytes);
  const written = whole * TILE_CELLS;
  if (written === cells) return;
  finishedTiles(call, panel, 1, packed + written * call.cellBytes, sums, sumBytes);
  const planes = min(2, call.outputPlanes - panel * 2);
  for (let plane = 0; plane < planes; plane++) {
    const from = sums + plane * sumBytes;
    const to = target + plane * planeBytes + written * 16;
    for (let place = 0; place < (cells - written) * 16; place += 16)
      v128.store(to + place, v128.load(from + place));
  }
}

/** The sums of 8 output channels for a packed block of cells, or of the last 4, in which case it returns false. */
function panelSums(
  call: GatherGemmCall,
  panel: i32,
  cells: i32,
  packed: usize,
  sums: usize,
  sumBytes: i32,
): bool {
  const depth = call.depth;
  const weights = call.weights + panel * depth * 128;
  const whole = panel * 2 + 1 < call.outputPlanes;
  const tiles = tilesOf(cells);
  if (whole) gemmTiles(packed, call.cellBytes, weights, depth, call.run, sums, sumBytes, tiles);
  else gemmTilesHalf(packed, call.cellBytes, weights, depth, call.run, sums, sumBytes, tiles);
  return whole;
}

/** The same with bias and activation, for whole tiles. */
export function finishedTiles(
  call: GatherGemmCall,
  panel: i32,
  tiles: i32,
  packed: usize,
  target: usize,
  planeBytes: i32,
): void {
  const depth = call.depth;
  const weights = call.weights + panel * depth * 128;
  const bias = call.bias + panel * 32;
  const bounds = changetype<usize>(call) + offsetof<GatherGemmCall>("low");
  const bytes = call.cellBytes;
  if (panel * 2 + 1 < call.outputPlanes) {
    gemmTilesFinished(packed, bytes, weights, depth, call.run, target, planeBytes, tiles, bias, bounds);
  } else {
    gemmTilesHalfFinished(packed, bytes, weights, depth, call.run, target, planeBytes, tiles, bias, bounds);
  }
}

/** Packs what a block of output cells reads, [cells][depth][4]. It is gathered, or computed by the layer before. */
export function pack(call: GatherGemmCall, firstCell: i32, cells: i32, packed: usize, scratch: usize): void {
  if (call.predecessor) {
    gemmBlock(call.predecessor, firstCell, cells, packed, call.cellBytes, scratch);
  } else if (call.sameCells) {
    gatherRun(call, firstCell, cells, packed);
  } else if (call.image) {
    gatherImage(call, firstCell, cells, packed);
  } else {
    for (let k = 0; k < call.kernelOffsets; k++) {
      locateSources(call, firstCell, cells, k, scratch);
      gather(call, cells, k, scratch, packed);
    }
  }
}

export function tilesOf(cells: i32): i32 {
  return (cells + TILE_CELLS - 1) / TILE_CELLS;
}

/**
 * Computes a fused layer for the cells that its only reader would gather, so that its map never leaves the cache:
 * [cells][output planes][4], cells `targetBytes` apart.
 */
function gemmBlock(
  address: usize,
  firstCell: i32,
  cells: i32,
  target: usize,
  targetBytes: i32,
  scratch: usize,
): void {
  const call = GatherGemmCall.at(address);
  const sumBytes = tilesOf(cells) * TILE_CELLS * 16;
  const sums = scratch;
  const packed = sums + 2 * sumBytes;
  pack(call, firstCell, cells, packed, packed + tilesOf(cells) * TILE_CELLS * call.cellBytes);
  for (let panel = 0; panel * 2 < call.outputPlanes; panel++) {
    const whole = panelSums(call, panel, cells, packed, sums, sumBytes);
    finishPacked(call, panel * 2, sums, cells, target, targetBytes);
    if (whole) finishPacked(call, panel * 2 + 1, sums + sumBytes, cells, target, targetBytes);
  }
}

/** Adds the bias to one plane of sums, applies the activation, and writes the plane to cells `targetBytes` apart. */
function finishPacked(
  call: GatherGemmCall,
  plane: i32,
  sums: usize,
  cells: i32,
  target: usize,
  targetBytes: i32,
): void {
  const bias = v128.load(call.bias + plane * 16);
  const low = f32x4.splat(call.low);
  const high = f32x4.splat(call.high);
  let place = target + plane * 16;
  for (let at = sums; at < sums + cells * 16; at += 16) {
    v128.store(place, f32x4.pmin(f32x4.pmax(f32x4.add(v128.load(at), bias), low), high));
    place += targetBytes;
  }
}

/** Writes the byte offset of each output cell of the block in its plane. */
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

/** Writes the byte offset, in its plane, of the input cell that each output cell reads at kernel offset k. */
function locateSources(call: GatherGemmCall, firstCell: i32, cells: i32, k: i32, offsets: usize): void {
  const down = load<i32>(call.kernelOffsetTable + k * OFFSET_BYTES);
  const right = load<i32>(call.kernelOffsetTable + k * OFFSET_BYTES, 4);
  const stride = call.stride;
  const width = call.width;
  let cell = 0;
  let row = firstCell / call.columns;
  let column = firstCell % call.columns;
  while (cell < cells) {
    const y = row * stride + down;
    const rowInside = <u32>y < <u32>call.height;
    let x = column * stride + right;
    const end = min(cells, cell + call.columns - column);
    for (; cell < end; cell++) {
      const inside = rowInside && <u32>x < <u32>width;
      store<i32>(offsets + cell * 4, inside ? (y * width + x) * 16 : OUTSIDE);
      x += stride;
    }
    column = 0;
    row++;
  }
}

/**
 * Packs the block's inputs at one kernel offset: [cells][kernel offset][plane][4]. Four planes at a time fill a cache line of
 * the result: otherwise it would be written four times, by as many passes over all cells.
 */
function gather(call: GatherGemmCall, cells: i32, k: i32, offsets: usize, packed: usize): void {
  const inputPlane = call.height * call.width * 16;
  const cellBytes = call.cellBytes;
  const planes = call.planes;
  let source = call.source;
  let target = packed + k * planes * 16;
  let plane = 0;
  for (; plane + 4 <= planes; plane += 4) {
    const second = source + inputPlane;
    const third = second + inputPlane;
    const fourth = third + inputPlane;
    let place = target;
    for (let cell = 0; cell < cells; cell++) {
      const offset = load<i32>(offsets + cell * 4);
      if (offset === OUTSIDE) {
        const zero = f32x4.splat(0);
        v128.store(place, zero);
        v128.store(place, zero, 16);
        v128.store(place, zero, 32);
        v128.store(place, zero, 48);
      } else {
        v128.store(place, v128.load(source + offset));
        v128.store(place, v128.load(second + offset), 16);
        v128.store(place, v128.load(third + offset), 32);
        v128.store(place, v128.load(fourth + offset), 48);
      }
      place += cellBytes;
    }
    source = fourth + inputPlane;
    target += 64;
  }
  for (; plane < planes; plane++) {
    let place = target;
    for (let cell = 0; cell < cells; cell++) {
      const offset = load<i32>(offsets + cell * 4);
      v128.store(place, offset === OUTSIDE ? f32x4.splat(0) : v128.load(source + offset));
      place += cellBytes;
    }
    source += inputPlane;
    target += 16;
  }
}

/** The same if each output cell reads just the same input cell. */
function gatherRun(call: GatherGemmCall, firstCell: i32, cells: i32, packed: usize): void {
  const inputPlane = call.height * call.width * 16;
  const cellBytes = call.cellBytes;
  const planes = call.planes;
  const runBytes = cells * 16;
  let source = call.source + firstCell * 16;
  let target = packed;
  let plane = 0;
  for (; plane + 4 <= planes; plane += 4) {
    let place = target;
    for (let first = source; first < source + runBytes; first += 16) {
      const second = first + inputPlane;
      const third = second + inputPlane;
      v128.store(place, v128.load(first));
      v128.store(place, v128.load(second), 16);
      v128.store(place, v128.load(third), 32);
      v128.store(place, v128.load(third + inputPlane), 48);
      place += cellBytes;
    }
    source += inputPlane * 4;
    target += 64;
  }
  for (; plane < planes; plane++) {
    let place = target;
    for (let first = source; first < source + runBytes; first += 16) {
      v128.store(place, v128.load(first));
      place += cellBytes;
    }
    source += inputPlane;
    target += 16;
  }
}

/**
 * The same for images, whose fourth channel is empty. The three numbers of successive kernel offsets are packed without
 * gaps, which saves a quarter of the multiplications. A store writes a whole vector and so overwrites the first number of
 * the next offset, which is written later; only the last one must not overwrite the next cell.
 */
function gatherImage(call: GatherGemmCall, firstCell: i32, cells: i32, packed: usize): void {
  const table = call.kernelOffsetTable;
  const lastOffset = table + (call.kernelOffsets - 1) * OFFSET_BYTES;
  const cellBytes = call.cellBytes;
  const fills = call.kernelOffsets * 12 === call.depth * 16;
  let row = firstCell / call.columns;
  let column = firstCell % call.columns;
  for (let place = packed; place < packed + cells * cellBytes; place += cellBytes) {
    const y = row * call.stride;
    const x = column * call.stride;
    const window = call.source + (y * call.width + x) * 16;
    v128.store(place + call.depth * 16 - 16, f32x4.splat(0));
    let to = place;
    if (isInside(call, y, x, table) && isInside(call, y, x, lastOffset)) {
      for (let offset = table; offset < lastOffset; offset += OFFSET_BYTES) {
        v128.store(to, v128.load(window + load<i32>(offset, 8)));
        to += 12;
      }
    } else {
      for (let offset = table; offset < lastOffset; offset += OFFSET_BYTES) {
        v128.store(to, pixel(call, y, x, window, offset));
        to += 12;
      }
    }
    const last = pixel(call, y, x, window, lastOffset);
    if (fills) {
      v128.store_lane<f64>(to, last, 0);
      v128.store_lane<f32>(to, last, 2, 8);
    } else {
      v128.store(to, last);
    }
    if (++column === call.columns) {
      column = 0;
      row++;
    }
  }
}

function isInside(call: GatherGemmCall, y: i32, x: i32, offset: usize): bool {
  const inRows = <u32>(y + load<i32>(offset)) < <u32>call.height;
  return inRows && <u32>(x + load<i32>(offset, 4)) < <u32>call.width;
}

function pixel(call: GatherGemmCall, y: i32, x: i32, window: usize, offset: usize): v128 {
  return isInside(call, y, x, offset) ? v128.load(window + load<i32>(offset, 8)) : f32x4.splat(0);
}

/**
 * Adds bias and residual to the sums of one plane of the block, applies the activation, and writes the output, if there is
 * a residual or outputs are apart.
 */
function finish(
  call: GatherGemmCall,
  plane: i32,
  sums: usize,
  firstCell: i32,
  cells: i32,
  targets: usize,
): void {
  const start = plane * call.outputCells * 16 + (call.step > 1 ? 0 : firstCell * 16);
  const destination = call.destination + start;
  const residual = call.residual + start;
  const bias = v128.load(call.bias + plane * 16);
  const low = f32x4.splat(call.low);
  const high = f32x4.splat(call.high);
  if (call.step > 1) {
    for (let cell = 0; cell < cells; cell++) {
      const place = load<i32>(targets + cell * 4);
      let sum = f32x4.add(v128.load(sums + cell * 16), bias);
      if (call.residual) sum = f32x4.add(sum, v128.load(residual + place));
      v128.store(destination + place, f32x4.pmin(f32x4.pmax(sum, low), high));
    }
  } else {
    for (let place = 0; place < cells * 16; place += 16) {
      const sum = f32x4.add(f32x4.add(v128.load(sums + place), bias), v128.load(residual + place));
      v128.store(destination + place, f32x4.pmin(f32x4.pmax(sum, low), high));
    }
  }
}
