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
  return `function ${name}(a: usize, cellBytes: i32, b: usize, planes: i32, sums: usize, sumBytes: i32): void {
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
