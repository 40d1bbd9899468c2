import { TILE, TILE_CELLS } from "../../src/kernels/wasm/gemm.ts";

/** Writes sum += x · weight: two roundings, or one where the machine has fused multiply-adds. */
export function multiplyAdd(sum: string, x: string, weight: string, relaxed: boolean): string {
  return relaxed
    ? `${sum} = f32x4.relaxed_madd(${x}, ${weight}, ${sum});`
    : `${sum} = f32x4.add(${sum}, f32x4.mul(${x}, ${weight}));`;
}

const each = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join("\n");

/**
 * The heart of every dense layer: a tile of some cells by 8 output channels, summed over the input.
 *
 *     sum[cell, channel] = Σ over k of a[k, cell] · b[k, channel]
 *
 * `a` holds [inputs][cells], a piece of [4][cells] for each plane; `b` [inputs][8 outputs]. Per input channel the 8
 * weights are loaded once, and each cell's number is spread over a vector and multiplied with both halves. The
 * sums are local variables, because AssemblyScript has no arrays of vectors in registers: that is why this text is
 * generated.
 *
 * One channel a turn: of several, binaryen and V8 compute each sum's share at once, and all sums go through memory,
 * which is a fifth slower. The tile leaves its bare sums, [cells][4] for each plane of outputs, `sumBytes` apart:
 * whatever followed the loop would take registers from it. `gemmTileHalf` does the first plane of outputs alone, where
 * the last 8 of a layer are only 4 or fewer.
 */
export function gemmTile(relaxed: boolean): string {
  const cells = TILE_CELLS[relaxed ? "relaxed" : "plain"];
  return `/** Cells of a tile, and the bytes of a piece: what they hold of one plane. */
export const TILE_CELLS: i32 = ${cells};
export const PIECE: i32 = ${cells * 16};

export function gemmTile(a: usize, b: usize, planes: i32, sums: usize, sumBytes: i32): void {
${accumulate(cells, TILE / 4, relaxed)}
}

export function gemmTileHalf(a: usize, b: usize, planes: i32, sums: usize, sumBytes: i32): void {
${accumulate(cells, 1, relaxed)}
}

/** A piece from [cells][4], as maps hold it, to [4][cells], as tiles read it; it may stay in its place. */
export function transposePiece(source: usize, target: usize): void {
${transpose(cells, (seen) => seen)}
}

/** The same in its place for the sums of a layer, which are finished first. */
export function finishPiece(source: usize, bias: v128, low: v128, high: v128): void {
  const target = source;
${transpose(cells, (sum) => `f32x4.pmin(f32x4.pmax(f32x4.add(${sum}, bias), low), high)`)}
}
`;
}

/** Of each 8 weights the first `vectors` · 4. */
function accumulate(cells: number, vectors: number, relaxed: boolean): string {
  const eachSum = (line: (cell: number, vector: number) => string) =>
    each(cells, (cell) => each(vectors, (vector) => line(cell, vector)));
  return `${eachSum((cell, vector) => `  let s${cell}_${vector} = f32x4.splat(0);`)}
  let rest = planes * 4;
  while (rest > 0) {
${each(vectors, (vector) => `    const w${vector} = v128.load(b, ${vector * 16});`)}
${each(cells, (cell) =>
  [
    `    const x${cell} = v128.load32_splat(a, ${cell * 4});`,
    each(vectors, (vector) => `    ${multiplyAdd(`s${cell}_${vector}`, `x${cell}`, `w${vector}`, relaxed)}`),
  ].join("\n"),
)}
    a += ${cells * 4};
    b += ${TILE * 4};
    rest--;
  }
${eachSum((cell, vector) => `  v128.store(sums + ${vector} * sumBytes, s${cell}_${vector}, ${cell * 16});`)}`;
}

/** Four cells as a square of four vectors, and the one or two after them lane by lane or in pairs. */
function transpose(cells: number, finished: (value: string) => string): string {
  const pairs = cells === 6;
  return `${each(cells, (cell) => `  const r${cell} = ${finished(`v128.load(source, ${cell * 16})`)};`)}
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(target, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(target, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), ${cells * 4});
  v128.store(target, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), ${cells * 8});
  v128.store(target, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), ${cells * 12});
${
  pairs
    ? `  const low45 = v128.shuffle<f32>(r4, r5, 0, 4, 1, 5);
  const high45 = v128.shuffle<f32>(r4, r5, 2, 6, 3, 7);
${each(4, (k) => `  v128.store_lane<f64>(target, ${k < 2 ? "low45" : "high45"}, ${k % 2}, ${k * cells * 4 + 16});`)}`
    : each(4, (k) => `  v128.store_lane<f32>(target, r4, ${k}, ${k * cells * 4 + 16});`)
}`;
}
