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
  { half: "", vectors: TILE / LANES },
  { half: "Half", vectors: 1 },
].flatMap(({ half, vectors }) =>
  [false, true].flatMap((finishes) => {
    const name = `${half}${finishes ? "Finished" : ""}`;
    return [
      { name: `firstRun${name}`, vectors, adds: false, finishes },
      { name: `nextRun${name}`, vectors, adds: true, finishes },
    ];
  }),
);

/**
 * The innermost loop of every dense layer, where most of a network's time goes: a tile of a few cells by 8 output
 * channels, summed over the input.
 *
 *     sum[cell, channel] = Σ over k of a[k, cell] · b[k, channel]
 *
 * `a` holds [cells][inputs], cells `cellBytes` apart, each with a pointer of its own; `b` holds [inputs][8 outputs]. For each input channel the
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
 * through memory, which is a fifth slower. For the same reason it is not nested in the loops over runs and tiles, which V8
 * would unroll (CenterFace took a fifth longer), but in a function of its own, and that is called twice, since binaryen would inline a single call. Bias and
 * activation are not applied here, because they would take registers from the loop: the tile writes plain sums,
 * [cells][4] per plane of outputs, planes `sumBytes` apart. `gemmTilesHalf`
 * computes only one plane of outputs, for a layer whose last 8 outputs are 4 or fewer.
 */
export function gemmTile(relaxed: boolean): string {
  const cells = TILE_CELLS[relaxed ? "relaxed" : "plain"];
  return `/** Cells per tile. */
export const TILE_CELLS: i32 = ${cells};

${runsOf("gemmTiles", "", TILE / LANES, cells)}
${runsOf("gemmTilesHalf", "Half", 1, cells)}
${finishedRunsOf("gemmTilesFinished", "", cells)}
${finishedRunsOf("gemmTilesHalfFinished", "Half", cells)}
${RUNS.map((run) => runFunction(run, cells, relaxed)).join("\n")}
`;
}

/**
 * The whole sums of several tiles: a first run that stores its sums, and others that add theirs. All tiles take a run before the
 * next begins: its weights, a few kilobytes, stay in the L1 cache. The cells of a transposed convolution that no kernel position
 * reaches are a sum of nothing.
 */
function runsOf(name: string, half: string, vectors: number, cells: number): string {
  const tiles = (run: string) => `for (let tile = 0, x = a, s = sums; tile < tiles; tile++) {
      ${run}
      x += tileBytes;
      s += ${cells * 16};
    }`;
  return `export function ${name}(
  a: usize, cellBytes: i32, b: usize, planes: i32, run: i32, sums: usize, sumBytes: i32, tiles: i32,
): void {
  const tileBytes = ${cells} * cellBytes;
  if (planes == 0) {
${each(vectors, (vector) => `    memory.fill(sums + ${vector} * sumBytes, 0, tiles * ${cells * 16});`)}
  } else if (planes <= run) {
    ${tiles(`firstRun${half}(x, cellBytes, b, planes, s, sumBytes);`)}
  } else {
    ${tiles(`firstRun${half}(x, cellBytes, b, run, s, sumBytes);`)}
    let rest = planes - run;
    while (rest > 0) {
      a += run * 16;
      b += run * ${TILE * 16};
      const length = min(run, rest);
      if (length === run) {
        ${tiles(`nextRun${half}(x, cellBytes, b, run, s, sumBytes);`)}
      } else {
        ${tiles(`nextRun${half}(x, cellBytes, b, length, s, sumBytes);`)}
      }
      rest -= run;
    }
  }
}
`;
}

/**
 * The same, but the last run adds the bias and applies the activation while the sums are in registers. Only for those that
 * stay in scratch memory: a tile writes whole, over the end of a block.
 */
function finishedRunsOf(name: string, half: string, cells: number): string {
  const tiles = (run: string) => `for (let tile = 0, x = a, s = sums; tile < tiles; tile++) {
      ${run}
      x += tileBytes;
      s += ${cells * 16};
    }`;
  return `export function ${name}(
  a: usize, cellBytes: i32, b: usize, planes: i32, run: i32, sums: usize, sumBytes: i32, tiles: i32,
  bias: usize, bounds: usize,
): void {
  const tileBytes = ${cells} * cellBytes;
  if (planes <= run) {
    ${tiles(`firstRun${half}Finished(x, cellBytes, b, planes, s, sumBytes, bias, bounds);`)}
    return;
  }
  const last = (planes - 1) / run * run;
  gemmTiles${half}(a, cellBytes, b, last, run, sums, sumBytes, tiles);
  a += last * 16;
  b += last * ${TILE * 16};
  ${tiles(`nextRun${half}Finished(x, cellBytes, b, planes - last, s, sumBytes, bias, bounds);`)}
}
`;
}

interface Run {
  readonly name: string;
  /** How many vectors of four weights, of the two in every 8, are multiplied. */
  readonly vectors: number;
  /** Whether the sums are added to those in memory. Else they replace them. */
  readonly adds: boolean;
  /** Whether bias and bounds are applied. */
  readonly finishes: boolean;
}

function runFunction({ name, vectors, adds, finishes }: Run, cells: number, relaxed: boolean): string {
  const indices = (count: number) => Array.from({ length: count }, (_, index) => index);
  const sums = indices(cells).flatMap((cell) =>
    indices(vectors).map((vector) => {
      const at = `sums + ${vector} * sumBytes`;
      return { sum: `s${cell}_${vector}`, vector, at, offset: cell * 16 };
    }),
  );
  // V8 orders the multiply-adds in the loop by the uses of their sums: stores by their order, additions by its reverse.
  // In any other order it does not keep the sums in registers.
  const stores = sums.map(({ sum, vector, at, offset }) => {
    const total = adds ? `f32x4.add(${sum}, v128.load(${at}, ${offset}))` : sum;
    const value = finishes ? `f32x4.pmin(f32x4.pmax(f32x4.add(${total}, bias${vector}), low), high)` : total;
    return `  v128.store(${at}, ${value}, ${offset});`;
  });
  if (adds || finishes) stores.reverse();
  if (finishes) {
    stores.unshift(
      ...indices(vectors).map((vector) => `  const bias${vector} = v128.load(bias, ${vector * 16});`),
      "  const low = v128.load32_splat(bounds);",
      "  const high = v128.load32_splat(bounds, 4);",
    );
  }
  const finish = finishes ? ", bias: usize, bounds: usize" : "";
  return `function ${name}(a: usize, cellBytes: i32, b: usize, planes: i32, sums: usize, sumBytes: i32${finish}): void {
${each(cells, (cell) => `  let a${cell} = a + ${cell} * cellBytes;`)}
${each(vectors, (vector) => `  const v${vector} = v128.load(b, ${vector * 16});`)}
${each(cells, (cell) =>
  [
    `  const y${cell} = v128.load32_splat(a${cell});`,
    each(vectors, (vector) => `  let s${cell}_${vector} = f32x4.mul(y${cell}, v${vector});`),
  ].join("\n"),
)}
  let rest = planes * 4 - 1;
  while (rest > 0) {
${each(cells, (cell) => `    a${cell} += 4;`)}
    b += ${TILE * 4};
${each(vectors, (vector) => `    const w${vector} = v128.load(b, ${vector * 16});`)}
${each(cells, (cell) =>
  [
    `    const x${cell} = v128.load32_splat(a${cell});`,
    each(vectors, (vector) => `    ${multiplyAdd(`s${cell}_${vector}`, `x${cell}`, `w${vector}`, relaxed)}`),
  ].join("\n"),
)}
    rest--;
  }
${stores.join("\n")}
}
`;
}
