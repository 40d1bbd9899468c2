import { TILE, TILE_CELLS } from "../../src/kernels/wasm/gemm.ts";

/** Writes sum += x · weight, with two roundings, or with one if the machine has fused multiply-adds. */
export function multiplyAdd(sum: string, x: string, weight: string, relaxed: boolean): string {
  return relaxed
    ? `${sum} = f32x4.relaxed_madd(${x}, ${weight}, ${sum});`
    : `${sum} = f32x4.add(${sum}, f32x4.mul(${x}, ${weight}));`;
}

const each = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join("\n");

/**
 * The innermost loop of every dense layer, where most of a network's time goes: a tile of a few cells by 8 output
 * channels, summed over the input.
 *
 *     sum[cell, channel] = Σ over k of a[k, cell] · b[k, channel]
 *
 * `a` holds [inputs][cells], a piece of [4][cells] per plane; `b` holds [inputs][8 outputs]. For each input channel the
 * 8 weights are loaded once; each cell's number is broadcast to a vector and multiplied with both halves. The sums are
 * local variables, since AssemblyScript has no arrays of vectors in registers. That is why this code is generated.
 *
 * The loop handles one channel per iteration. With several, binaryen and V8 reorder the additions so that all sums go
 * through memory, which is a fifth slower. Bias and activation are not applied here, because they would take registers
 * from the loop: the tile writes plain sums, [cells][4] per plane of outputs, planes `sumBytes` apart. `gemmTileHalf`
 * computes only one plane of outputs, for a layer whose last 8 outputs are 4 or fewer.
 */
export function gemmTile(relaxed: boolean): string {
  const cells = TILE_CELLS[relaxed ? "relaxed" : "plain"];
  return `/** Cells per tile, and the bytes of a piece, which is one plane of a tile. */
export const TILE_CELLS: i32 = ${cells};
export const PIECE: i32 = ${cells * 16};

export function gemmTile(a: usize, b: usize, planes: i32, sums: usize, sumBytes: i32): void {
${accumulate(cells, TILE / 4, relaxed)}
}

export function gemmTileHalf(a: usize, b: usize, planes: i32, sums: usize, sumBytes: i32): void {
${accumulate(cells, 1, relaxed)}
}

/** Transposes a piece from [cells][4], as in maps, to [4][cells], as tiles read it. \`target\` may be \`source\`. */
export function transposePiece(source: usize, target: usize): void {
${transpose(cells, (value) => value)}
}

/** The same in place for a layer's sums, after adding the bias and applying the activation. */
export function finishPiece(source: usize, bias: v128, low: v128, high: v128): void {
  const target = source;
${transpose(cells, (sum) => `f32x4.pmin(f32x4.pmax(f32x4.add(${sum}, bias), low), high)`)}
}
`;
}

/** Sums over the input with the first `vectors` · 4 of every 8 weights. */
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

/** Transposes four cells as a square of four vectors, then the last one by lanes or the last two in pairs. */
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
