import { logistic } from "./elementwise";
import { cellsFrom, firstCellOf, multiplyBlock, packedIn } from "./gatherGemm";
import { DeformConvCall, GatherGemmCall } from "./generated/calls";

const SAMPLES: i32 = 9;
const FIRST_MASK: i32 = 18;
const SAMPLE_BYTES: i32 = 32;

/**
 * A deformable convolution: a product of matrices as in gatherGemm.ts, whose inputs are sampled between cells instead of
 * gathered. A unit computes for each of the nine samples where its block's cells read and with which weights, then blends
 * the planes one after the other: four reads and four products for each four channels, against one product for each
 * output channel.
 */
export function deformConv(address: usize, unit: i32, scratch: usize): void {
  const call = DeformConvCall.at(address);
  const gemm = GatherGemmCall.at(address);
  const firstCell = firstCellOf(gemm, unit);
  const cells = cellsFrom(gemm, firstCell);
  const packed = packedIn(gemm, scratch);
  const samples = packed + call.blockCells * call.cellBytes;
  for (let k = 0; k < SAMPLES; k++) {
    locateSamples(call, firstCell, cells, k, samples);
    blend(call, cells, k, samples, packed);
  }
  multiplyBlock(gemm, unit, scratch);
}

/**
 * Writes what sample k of each output cell reads: the byte offsets of four cells in their plane, then their weights, which
 * contain the mask. A cell outside the map has the weight 0 and the place of one inside.
 */
function locateSamples(call: DeformConvCall, firstCell: i32, cells: i32, k: i32, samples: usize): void {
  const height = call.height;
  const width = call.width;
  let row = firstCell / width;
  let column = firstCell % width;
  for (let cell = 0; cell < cells; cell++) {
    const place = samples + cell * SAMPLE_BYTES;
    const at = firstCell + cell;
    const mask = f32x4.extract_lane(logistic(f32x4.splat(offsetAt(call, at, FIRST_MASK + k))), 0);
    const down = <f32>(row + k / 3 - 1) + offsetAt(call, at, 2 * k);
    const across = <f32>(column + (k % 3) - 1) + offsetAt(call, at, 2 * k + 1);
    let top = 0;
    let left = 0;
    let above: f32 = 0;
    let below: f32 = 0;
    let before: f32 = 0;
    let after: f32 = 0;
    // False for NaN. Only inside may the places be converted to integers.
    if (down > -1 && down < <f32>height && across > -1 && across < <f32>width) {
      const rowBefore = Mathf.floor(down);
      const columnBefore = Mathf.floor(across);
      top = <i32>rowBefore;
      left = <i32>columnBefore;
      below = top + 1 < height ? down - rowBefore : 0;
      above = top >= 0 ? 1 - (down - rowBefore) : 0;
      after = left + 1 < width ? across - columnBefore : 0;
      before = left >= 0 ? 1 - (across - columnBefore) : 0;
    }
    above *= mask;
    below *= mask;
    const upper = max(top, 0) * width;
    const lower = min(top + 1, height - 1) * width;
    const first = max(left, 0);
    const second = min(left + 1, width - 1);
    store<i32>(place, (upper + first) * 16);
    store<i32>(place, (upper + second) * 16, 4);
    store<i32>(place, (lower + first) * 16, 8);
    store<i32>(place, (lower + second) * 16, 12);
    store<f32>(place, above * before, 16);
    store<f32>(place, above * after, 20);
    store<f32>(place, below * before, 24);
    store<f32>(place, below * after, 28);
    if (++column === width) {
      column = 0;
      row++;
    }
  }
}

/** A number of the map of offsets and masks. */
function offsetAt(call: DeformConvCall, cell: i32, channel: i32): f32 {
  const plane = (channel >> 2) * call.height * call.width;
  return load<f32>(call.offsets + (plane + cell) * 16 + (channel & 3) * 4);
}

/**
 * Packs sample k of the block's cells: [cells][sample][plane][4]. Four planes at a time share a sample's places and weights, and
 * fill a cache line of the result.
 */
function blend(call: DeformConvCall, cells: i32, k: i32, samples: usize, packed: usize): void {
  const inputPlane = call.height * call.width * 16;
  const cellBytes = call.cellBytes;
  let source = call.source;
  let target = packed + k * call.planes * 16;
  let rest = call.planes;
  for (; rest >= 4; rest -= 4) {
    const second = source + inputPlane;
    const third = second + inputPlane;
    const fourth = third + inputPlane;
    let place = target;
    for (let sample = samples; sample < samples + cells * SAMPLE_BYTES; sample += SAMPLE_BYTES) {
      v128.store(place, blended(source, sample));
      v128.store(place, blended(second, sample), 16);
      v128.store(place, blended(third, sample), 32);
      v128.store(place, blended(fourth, sample), 48);
      place += cellBytes;
    }
    source = fourth + inputPlane;
    target += 64;
  }
  for (; rest > 0; rest--) {
    let place = target;
    for (let sample = samples; sample < samples + cells * SAMPLE_BYTES; sample += SAMPLE_BYTES) {
      v128.store(place, blended(source, sample));
      place += cellBytes;
    }
    source += inputPlane;
    target += 16;
  }
}

/** A plane's four numbers of a sample. */
function blended(source: usize, sample: usize): v128 {
  let value = f32x4.mul(v128.load(source + load<i32>(sample)), v128.load32_splat(sample, 16));
  value = f32x4.add(value, weighted(source + load<i32>(sample, 4), sample + 20));
  value = f32x4.add(value, weighted(source + load<i32>(sample, 8), sample + 24));
  return f32x4.add(value, weighted(source + load<i32>(sample, 12), sample + 28));
}

function weighted(cell: usize, weight: usize): v128 {
  return f32x4.mul(v128.load(cell), v128.load32_splat(weight));
}
