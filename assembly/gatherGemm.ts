import { GatherGemmCall } from "./generated/calls";
import { finishPiece, gemmTile, gemmTileHalf, PIECE, TILE_CELLS, transposePiece } from "./generated/gemmTile";

const OUTSIDE: i32 = -1;

/**
 * A dense convolution as a product of matrices: what each output cell reads, [kernel offsets x input channels], times
 * the weights. A unit gathers the inputs of a block of output cells into contiguous memory, with the cells of a tile side
 * by side, so that the product reads them in order. (Reading the map in place is a third slower: neighboring planes are
 * pages apart.)
 *
 * A kernel offset is a position (row, column) relative to the start of an output cell's window. Output cells may be
 * `step` cells apart: a transposed convolution is one such product for each phase of its stride.
 *
 * The innermost loop, where most of a network's time goes, is `gemmTile`. It is generated: scripts/wasm/gemmTile.ts.
 * The fields of the call are declared in WASM_CALLS (src/kernels/wasm/kernel.ts), whose order is the ABI.
 *
 * Units: blocks of cells, times splits of the output channels. Weights: [outputs / 8][depth][4][8].
 */
export function gatherGemm(address: usize, unit: i32, scratch: usize): void {
  const call = GatherGemmCall.at(address);
  const firstCell = firstCellOf(call, unit);
  const packed = packedIn(call, scratch);
  pack(call, firstCell, cellsFrom(call, firstCell), packed, packed + call.blockCells * call.depth * 16);
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
  for (let panel = split * panelsPerSplit; panel < lastPanel; panel++) {
    const whole = panelSums(call, panel, cells, packed, sums, sumBytes);
    finish(call, panel * 2, sums, firstCell, cells, targets);
    if (whole) finish(call, panel * 2 + 1, sums + sumBytes, firstCell, cells, targets);
  }
}

/** The sums of 8 output channels for a packed block of cells, or of the last 4, in which case it returns false. */
export function panelSums(
  call: GatherGemmCall,
  panel: i32,
  cells: i32,
  packed: usize,
  sums: usize,
  sumBytes: i32,
): bool {
  const depth = call.depth;
  const run = call.run;
  const weights = call.weights + panel * depth * 128;
  const whole = panel * 2 + 1 < call.outputPlanes;
  for (let first = 0; first < cells; first += TILE_CELLS) {
    if (whole) gemmTile(packed, weights, depth, run, sums + first * 16, sumBytes);
    else gemmTileHalf(packed, weights, depth, run, sums + first * 16, sumBytes);
    packed += depth * PIECE;
  }
  return whole;
}

/** Packs what a block of output cells reads, [tile][depth][4][cells]. It is gathered, or computed by the layer before. */
export function pack(call: GatherGemmCall, firstCell: i32, cells: i32, packed: usize, scratch: usize): void {
  if (call.predecessor) {
    gemmBlock(call.predecessor, firstCell, cells, packed, scratch);
  } else if (call.sameCells) {
    gatherRun(call, firstCell, cells, packed);
  } else {
    for (let k = 0; k < call.kernelOffsets; k++) {
      locateSources(call, firstCell, cells, k, scratch);
      if (call.image) gatherImage(call, cells, k, scratch, packed);
      else gather(call, cells, k, scratch, packed);
    }
    const end = packed + tilesOf(cells) * call.depth * PIECE;
    for (let piece = packed; piece < end; piece += PIECE) transposePiece(piece, piece);
  }
}

export function tilesOf(cells: i32): i32 {
  return (cells + TILE_CELLS - 1) / TILE_CELLS;
}

/**
 * Computes a fused layer for the cells that its only reader would gather, so that its map never leaves the cache:
 * [tile][output planes][4][cells].
 */
function gemmBlock(address: usize, firstCell: i32, cells: i32, target: usize, scratch: usize): void {
  const call = GatherGemmCall.at(address);
  const depth = call.depth;
  const run = call.run;
  const tiles = tilesOf(cells);
  const packed = scratch;
  pack(call, firstCell, cells, packed, packed + tiles * depth * PIECE);
  const low = f32x4.splat(call.low);
  const high = f32x4.splat(call.high);
  for (let plane = 0; plane < call.outputPlanes; plane += 2) {
    const weights = call.weights + plane * depth * 64;
    const whole = plane + 1 < call.outputPlanes;
    for (let tile = 0; tile < tiles; tile++) {
      const inputs = packed + tile * depth * PIECE;
      const finished = target + (tile * call.outputPlanes + plane) * PIECE;
      if (whole) gemmTile(inputs, weights, depth, run, finished, PIECE);
      else gemmTileHalf(inputs, weights, depth, run, finished, PIECE);
      finishPiece(finished, v128.load(call.bias + plane * 16), low, high);
      if (whole) finishPiece(finished + PIECE, v128.load(call.bias + plane * 16, 16), low, high);
    }
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
  const down = load<i32>(call.kernelOffsetTable + k * 8);
  const right = load<i32>(call.kernelOffsetTable + k * 8, 4);
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

/** Packs the block's inputs at one kernel offset: [tile][kernel offset][plane][cells][4], not yet transposed. */
function gather(call: GatherGemmCall, cells: i32, k: i32, offsets: usize, packed: usize): void {
  const inputPlane = call.height * call.width * 16;
  const tileBytes = call.depth * PIECE;
  let source = call.source;
  for (let plane = 0; plane < call.planes; plane++) {
    let place = packed + (k * call.planes + plane) * PIECE;
    for (let first = 0; first < cells; first += TILE_CELLS) {
      const last = min(TILE_CELLS, cells - first);
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

/** The same if each output cell reads just the same input cell: these are copied in runs. */
function gatherRun(call: GatherGemmCall, firstCell: i32, cells: i32, packed: usize): void {
  const inputPlane = call.height * call.width * 16;
  const tileBytes = call.depth * PIECE;
  for (let plane = 0; plane < call.planes; plane++) {
    let source = call.source + plane * inputPlane + firstCell * 16;
    let place = packed + plane * PIECE;
    let rest = cells;
    for (; rest >= TILE_CELLS; rest -= TILE_CELLS) {
      transposePiece(source, place);
      source += PIECE;
      place += tileBytes;
    }
    if (rest === 0) continue;
    for (let cell = 0; cell < rest; cell++) v128.store(place + cell * 16, v128.load(source + cell * 16));
    transposePiece(place, place);
  }
}

/**
 * The same for images, whose fourth channel is empty. The three numbers of successive kernel offsets are packed without
 * gaps, which saves a quarter of the multiplications. A cell's number n lies in plane n / 4, so the three may lie in two
 * planes. Some stores write a whole vector and so overwrite numbers of the next offset, which are written later.
 */
function gatherImage(call: GatherGemmCall, cells: i32, k: i32, offsets: usize, packed: usize): void {
  const tileBytes = call.depth * PIECE;
  const number = k * 3;
  const lane = number & 3;
  let place = packed + (number >> 2) * PIECE;
  for (let first = 0; first < cells; first += TILE_CELLS) {
    const last = min(TILE_CELLS, cells - first);
    for (let cell = 0; cell < last; cell++) {
      const offset = load<i32>(offsets + (first + cell) * 4);
      const value = offset === OUTSIDE ? f32x4.splat(0) : v128.load(call.source + offset);
      const to = place + cell * 16;
      if (lane === 0) {
        v128.store(to, value);
      } else if (lane === 1) {
        v128.store_lane<f32>(to, value, 0, 4);
        v128.store_lane<f64>(to, v128.shuffle<f32>(value, value, 1, 2, 1, 2), 0, 8);
      } else if (lane === 2) {
        v128.store_lane<f64>(to, value, 0, 8);
        v128.store(to + PIECE, v128.shuffle<f32>(value, f32x4.splat(0), 2, 4, 4, 4));
      } else {
        v128.store_lane<f32>(to, value, 0, 12);
        v128.store(to + PIECE, v128.shuffle<f32>(value, f32x4.splat(0), 1, 2, 4, 4));
      }
    }
    place += tileBytes;
  }
}

/** Adds bias and residual to the sums of one plane of the block, applies the activation, and writes the output. */
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
  } else if (call.residual) {
    for (let place = 0; place < cells * 16; place += 16) {
      const sum = f32x4.add(f32x4.add(v128.load(sums + place), bias), v128.load(residual + place));
      v128.store(destination + place, f32x4.pmin(f32x4.pmax(sum, low), high));
    }
  } else {
    finishRun(call, plane, sums, destination, cells);
  }
}

/** Adds the bias to contiguous sums and applies the activation. `target` may be `sums`. */
export function finishRun(call: GatherGemmCall, plane: i32, sums: usize, target: usize, cells: i32): void {
  const bias = v128.load(call.bias + plane * 16);
  const low = f32x4.splat(call.low);
  const high = f32x4.splat(call.high);
  for (let place = 0; place < cells * 16; place += 16) {
    const sum = f32x4.add(v128.load(sums + place), bias);
    v128.store(target + place, f32x4.pmin(f32x4.pmax(sum, low), high));
  }
}
