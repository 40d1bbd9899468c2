import { TILE, TILE_CELLS } from "../../src/kernels/wasm/gemm.ts";
import { LANES } from "../../src/kernels/wasm/kernel.ts";

/** Writes sum += x · weight, with two roundings, or with one if the machine has fused multiply-adds. */
export function multiplyAdd(sum: string, x: string, weight: string, relaxed: boolean): string {
  return relaxed
    ? `${sum} = f32x4.relaxed_madd(${x}, ${weight}, ${sum});`
    : `${sum} = f32x4.add(${sum}, f32x4.mul(${x}, ${weight}));`;
}

const each = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join("\n");

/** Halves are for a layer whose last 8 outputs are 4 or fewer. */
const RUNS: readonly Run[] = [
  { name: "firstRun", vectors: TILE / LANES, adds: false },
  { name: "nextRun", vectors: TILE / LANES, adds: true },
  { name: "firstRunHalf", vectors: 1, adds: false },
  { name: "nextRunHalf", vectors: 1, adds: true },
];

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
 * The sum is taken in runs of `run` planes. Each run starts with its first product, and its sum is added to the total of
 * those before it. A float32 sum's rounding error grows with the square root of its length; so short runs and a short sum
 * of runs err much less than one long sum. A run costs a load, an addition and a store per accumulator, and saves the
 * addition of its first product to zero, which pays for half of that: in runs of 24 numbers, MobileNetV2 FPN takes 1 to
 * 2 % longer than in one run in the relaxed build, and no longer in the plain one (AMD EPYC, Node 20).
 *
 * The loop handles one channel per iteration. With several, binaryen and V8 reorder the additions so that all sums go
 * through memory, which is a fifth slower. For the same reason it is not nested in the loop over runs, which V8 would
 * unroll, but in a function of its own, and that is called twice, since binaryen would inline a single call. Bias and
 * activation are not applied here, because they would take registers from the loop: the tile writes plain sums,
 * [cells][4] per plane of outputs, planes `sumBytes` apart. `gemmTileHalf`
 * computes only one plane of outputs, for a layer whose last 8 outputs are 4 or fewer.
 */
export function gemmTile(relaxed: boolean): string {
  const cells = TILE_CELLS[relaxed ? "relaxed" : "plain"];
  return `/** Cells per tile, and the bytes of a piece, which is one plane of a tile. */
export const TILE_CELLS: i32 = ${cells};
export const PIECE: i32 = ${cells * 16};

${runsOf("gemmTile", "", TILE / LANES)}
${runsOf("gemmTileHalf", "Half", 1)}
${RUNS.map((run) => runFunction(run, cells, relaxed)).join("\n")}
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

/**
 * The whole sum: a first run that stores its sums, and others that add theirs. The cells of a transposed convolution that no
 * kernel position reaches are a sum of nothing.
 */
function runsOf(name: string, half: string, vectors: number): string {
  return `export function ${name}(a: usize, b: usize, planes: i32, run: i32, sums: usize, sumBytes: i32): void {
  if (planes == 0) {
${each(vectors, (vector) => `    memory.fill(sums + ${vector} * sumBytes, 0, PIECE);`)}
    return;
  }
  firstRun${half}(a, b, min(run, planes), sums, sumBytes);
  let rest = planes - run;
  while (rest > run) {
    a += run * PIECE;
    b += run * ${TILE * 16};
    nextRun${half}(a, b, run, sums, sumBytes);
    rest -= run;
  }
  if (rest > 0) nextRun${half}(a + run * PIECE, b + run * ${TILE * 16}, rest, sums, sumBytes);
}
`;
}

interface Run {
  readonly name: string;
  /** How many vectors of four weights, of the two in every 8, are multiplied. */
  readonly vectors: number;
  /** Whether the sums are added to those in memory. Else they replace them. */
  readonly adds: boolean;
}

function runFunction({ name, vectors, adds }: Run, cells: number, relaxed: boolean): string {
  const indices = (count: number) => Array.from({ length: count }, (_, index) => index);
  const sums = indices(cells).flatMap((cell) =>
    indices(vectors).map((vector) => {
      const at = `sums + ${vector} * sumBytes`;
      return { sum: `s${cell}_${vector}`, at, offset: cell * 16 };
    }),
  );
  // V8 orders the multiply-adds in the loop by the uses of their sums: stores by their order, additions by its reverse.
  // In any other order it does not keep the sums in registers.
  const stores = adds
    ? sums
        .map(({ sum, at, offset }) => {
          return `  v128.store(${at}, f32x4.add(${sum}, v128.load(${at}, ${offset})), ${offset});`;
        })
        .reverse()
    : sums.map(({ sum, at, offset }) => `  v128.store(${at}, ${sum}, ${offset});`);
  return `function ${name}(a: usize, b: usize, planes: i32, sums: usize, sumBytes: i32): void {
${each(vectors, (vector) => `  const v${vector} = v128.load(b, ${vector * 16});`)}
${each(cells, (cell) =>
  [
    `  const y${cell} = v128.load32_splat(a, ${cell * 4});`,
    each(vectors, (vector) => `  let s${cell}_${vector} = f32x4.mul(y${cell}, v${vector});`),
  ].join("\n"),
)}
  let rest = planes * 4 - 1;
  while (rest > 0) {
    a += ${cells * 4};
    b += ${TILE * 4};
${each(vectors, (vector) => `    const w${vector} = v128.load(b, ${vector * 16});`)}
${each(cells, (cell) =>
  [
    `    const x${cell} = v128.load32_splat(a, ${cell * 4});`,
    each(vectors, (vector) => `    ${multiplyAdd(`s${cell}_${vector}`, `x${cell}`, `w${vector}`, relaxed)}`),
  ].join("\n"),
)}
    rest--;
  }
${stores.join("\n")}
}
`;
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
