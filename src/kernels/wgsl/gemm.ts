/**
 * The tiled matrix product that does nearly all of a network's arithmetic on a GPU.
 *
 *     out[m][n] = Σ over k of left[m][k] · right[k][n]
 *
 * Techniques, each of which the benchmark `gpu` can vary:
 * - **Register tiles.** A thread computes threadRows × threadColumns numbers, so that each vector it reads from
 *   workgroup memory serves many multiply-adds (8 × 8: 16 reads for 256).
 * - **Workgroup tiles.** A workgroup reads its part of both matrices once, `depth` steps of k at a time.
 * - **Implicit GEMM.** For a convolution, `left` is never stored: row m is an output cell, k runs over kernel positions
 *   and input channels, and the loader works out where in the map that is.
 * - **Prefetch.** The next step's vectors load into registers while the current ones are multiplied.
 * - **Split-K.** If there are too few tiles to fill the device, several workgroups share a tile's sum, each a slice of
 *   k; `reduceSlices` adds the slices up.
 * - **Runs.** Every `runDepth` steps of k, the sums are added to totals and start from zero again. A float32 sum's
 *   rounding error grows with the square root of its length, so short runs and a short sum of runs err much less. It takes
 *   as many registers again.
 * - **Textual unrolling.** Accumulators are named variables rather than an array: an array indexed by a loop variable
 *   may end up in memory instead of registers.
 */

import { NO_FINISH, type WgslFinish } from "./epilogue.ts";
import type { Tile, WgslDispatch, WgslOperand } from "./kernel.ts";
import { repeat, wgslDispatch, wgslElements } from "./source.ts";

/** A map as the left matrix: row m is the output cell (m / columns, m % columns). */
export interface Gather {
  readonly height: number;
  readonly width: number;
  /** Vectors per cell of the map. */
  readonly vectors: number;
  readonly kernelWidth: number;
  readonly stride: number;
  readonly top: number;
  readonly left: number;
  /** Columns of the output's grid. */
  readonly columns: number;
}

/** Rows that are every `step`-th cell of the output from (top, left) on, rather than consecutive cells. */
export interface Scatter {
  readonly columns: number;
  readonly step: number;
  readonly top: number;
  readonly left: number;
  readonly width: number;
}

export interface Gemm {
  readonly title: string;
  readonly left: WgslOperand;
  readonly right: WgslOperand;
  readonly out: WgslOperand;
  readonly rows: number;
  /** Columns and inner dimension, in vectors. */
  readonly columnVectors: number;
  readonly depthVectors: number;
  /** Independent products, stored one after the other: the 36 of Winograd's F(4x4). */
  readonly products: number;
  /** Slices of k whose sums are stored one after the other in `out`; 1 if there are several products. */
  readonly slices: number;
  /** Steps of k per run of a sum; whole tiles are taken at least. */
  readonly runDepth: number;
  readonly tile: Tile;
  /** Undefined if `left` is a matrix. */
  readonly gather?: Gather;
  readonly scatter?: Scatter;
  readonly finish?: WgslFinish;
}

export function gemmDispatch(gemm: Gemm): WgslDispatch {
  const { rows, columnVectors, depthVectors, products, slices, runDepth, tile, finish = NO_FINISH } = gemm;
  const layout = tileLayout(tile);
  const steps = Math.ceil(depthVectors / slices / layout.depthVectors);
  const runSteps = Math.max(1, Math.floor(runDepth / tile.depth));
  const runs = Math.ceil(steps / runSteps);
  const loads = [...leftLoads(gemm, layout), ...rightLoads(gemm, layout)];
  const load = loads.map((each) => each.load).join("\n");
  return wgslDispatch({
    title: `${gemm.title}: ${rows} x ${columnVectors * 4} x ${depthVectors * 4}, tile ${tile.rows} x ${tile.columns} x ${tile.depth}`,
    reads: { left: gemm.left, right: gemm.right, ...finish.reads },
    writes: { y: gemm.out },
    shared: {
      leftTile: tile.rows * layout.depthVectors, // [row][k / 4]
      rightTile: tile.depth * layout.columnVectors, // [k][column / 4]
    },
    threads: layout.threads,
    workgroups: [
      Math.ceil(columnVectors / layout.columnVectors),
      Math.ceil(rows / tile.rows),
      Math.max(products, slices),
    ],
    work: rows * columnVectors * depthVectors * 16 * products,
    body: `
  let across = thread % ${layout.threadsAcross}u;
  let down = thread / ${layout.threadsAcross}u;
  let firstRow = group.y * ${tile.rows}u;
  let firstColumn = group.x * ${layout.columnVectors}u;
  var k = ${slices > 1 ? `group.z * ${steps * layout.depthVectors}u` : "0u"};
  let end = ${slices > 1 ? `min(k + ${steps * layout.depthVectors}u, ${depthVectors}u)` : `${depthVectors}u`};
${loads.map((each) => each.prepare).join("\n")}
${accumulators(tile, (row, j) => `  var sum${row}_${j} = vec4f();`)}
${runs > 1 ? accumulators(tile, (row, j) => `  var total${row}_${j} = vec4f();`) : ""}
${load}
  for (var step = 0u; step < ${steps}u; step++) {
${loads.map((each) => each.store).join("\n")}
    workgroupBarrier();
    k += ${layout.depthVectors}u;
${load}
${multiply(tile, layout)}
    workgroupBarrier();
${runs > 1 ? endRun(tile, runSteps) : ""}
  }
${runs > 1 ? accumulators(tile, (row, j) => `  sum${row}_${j} += total${row}_${j};`) : ""}
${write(gemm, layout, finish)}`,
  });
}

interface TileLayout {
  readonly depthVectors: number;
  readonly columnVectors: number;
  readonly threadsAcross: number;
  readonly threadsDown: number;
  readonly threads: number;
}

function tileLayout({ rows, columns, depth, threadRows, threadColumns }: Tile): TileLayout {
  const threadsAcross = columns / threadColumns;
  const threadsDown = rows / threadRows;
  const threads = threadsAcross * threadsDown;
  return { depthVectors: depth / 4, columnVectors: columns / 4, threadsAcross, threadsDown, threads };
}

/** WGSL for one vector that each thread loads into workgroup memory per step. */
interface Load {
  /** Before the loop. */
  readonly prepare: string;
  /** Loads it into a register; 0 outside the matrix. */
  readonly load: string;
  /** Stores the register in the tile. */
  readonly store: string;
}

function leftLoads(gemm: Gemm, { threads, depthVectors }: TileLayout): Load[] {
  const size = gemm.tile.rows * depthVectors;
  return Array.from({ length: Math.ceil(size / threads) }, (_, i) => {
    const inTile = (i + 1) * threads > size ? ` && thread + ${i * threads}u < ${size}u` : "";
    const prepare = [
      `  let leftRow${i} = firstRow + (thread + ${i * threads}u) / ${depthVectors}u;`,
      `  let leftK${i} = (thread + ${i * threads}u) % ${depthVectors}u;`,
      `  var left${i} = vec4f();`,
    ];
    if (gemm.gather) {
      const { stride, top, left, columns } = gemm.gather;
      prepare.push(
        `  let mapRow${i} = i32(leftRow${i} / ${columns}u * ${stride}u) - ${top};`,
        `  let mapColumn${i} = i32(leftRow${i} % ${columns}u * ${stride}u) - ${left};`,
      );
    }
    return {
      prepare: prepare.join("\n"),
      load: leftLoad(gemm, i, inTile),
      store: storeTile("left", i, threads, size),
    };
  });
}

function leftLoad({ gather, rows, depthVectors, products }: Gemm, i: number, inTile: string): string {
  const isInside = `leftRow${i} < ${rows}u && k + leftK${i} < end${inTile}`;
  if (!gather) {
    const row = products > 1 ? `group.z * ${rows}u + leftRow${i}` : `leftRow${i}`;
    return `    left${i} = vec4f();
    if (${isInside}) { left${i} = left[(${row}) * ${depthVectors}u + k + leftK${i}]; }`;
  }
  const { height, width, vectors, kernelWidth } = gather;
  return `    left${i} = vec4f();
    {
      let tap = (k + leftK${i}) / ${vectors}u;
      let row = mapRow${i} + i32(tap / ${kernelWidth}u);
      let column = mapColumn${i} + i32(tap % ${kernelWidth}u);
      if (${isInside} && row >= 0 && row < ${height} && column >= 0 && column < ${width}) {
        left${i} = left[u32(row * ${width} + column) * ${vectors}u + (k + leftK${i}) % ${vectors}u];
      }
    }`;
}

function rightLoads(gemm: Gemm, { threads, columnVectors }: TileLayout): Load[] {
  const size = gemm.tile.depth * columnVectors;
  const product = gemm.products > 1 ? `group.z * ${gemm.depthVectors * 4}u + ` : "";
  return Array.from({ length: Math.ceil(size / threads) }, (_, i) => {
    const inTile = (i + 1) * threads > size ? ` && thread + ${i * threads}u < ${size}u` : "";
    const isInside = `rightK${i} + k * 4u < end * 4u && rightColumn${i} < ${gemm.columnVectors}u${inTile}`;
    return {
      prepare: [
        `  let rightK${i} = (thread + ${i * threads}u) / ${columnVectors}u;`,
        `  let rightColumn${i} = firstColumn + (thread + ${i * threads}u) % ${columnVectors}u;`,
        `  var right${i} = vec4f();`,
      ].join("\n"),
      load: `    right${i} = vec4f();
    if (${isInside}) { right${i} = right[(${product}k * 4u + rightK${i}) * ${gemm.columnVectors}u + rightColumn${i}]; }`,
      store: storeTile("right", i, threads, size),
    };
  });
}

function storeTile(side: "left" | "right", i: number, threads: number, size: number): string {
  const store = `${side}Tile[thread + ${i * threads}u] = ${side}${i};`;
  return (i + 1) * threads > size
    ? `    if (thread + ${i * threads}u < ${size}u) { ${store} }`
    : `    ${store}`;
}

function accumulators({ threadRows, threadColumns }: Tile, text: (row: number, j: number) => string): string {
  return repeat(threadRows, (row) => repeat(threadColumns / 4, (j) => text(row, j)));
}

/**
 * Multiplies four steps of k at a time: their vectors of the right tile stay in registers while the thread goes through
 * its rows of the left tile. A thread's rows and columns are as far apart as there are threads, so that neighboring
 * threads read neighboring vectors of the right tile, and all threads of a row read the same vector of the left.
 */
function multiply({ threadRows, threadColumns }: Tile, layout: TileLayout): string {
  const { depthVectors, columnVectors, threadsAcross, threadsDown } = layout;
  const parts = threadColumns / 4;
  const right = (k: number, j: number) =>
    `      let right${k}_${j} = rightTile[${k * columnVectors}u + q * ${4 * columnVectors}u + across + ${j * threadsAcross}u];`;
  const rows = (row: number) => {
    const sums = repeat(parts, (j) => {
      const add = (lane: string, k: number) =>
        `sum${row}_${j} = fma(vec4f(a.${lane}), right${k}_${j}, sum${row}_${j});`;
      return `        ${add("x", 0)} ${add("y", 1)} ${add("z", 2)} ${add("w", 3)}`;
    });
    return `      {
        let a = leftTile[(down + ${row * threadsDown}u) * ${depthVectors}u + q];
${sums}
      }`;
  };
  return `    for (var q = 0u; q < ${depthVectors}u; q++) {
${repeat(4, (k) => repeat(parts, (j) => right(k, j)))}
${repeat(threadRows, rows)}
    }`;
}

/** Adds the sums to the totals, and starts a new run. */
function endRun(tile: Tile, runSteps: number): string {
  return `    if ((step + 1u) % ${runSteps}u == 0u) {
${accumulators(tile, (row, j) => `      total${row}_${j} += sum${row}_${j}; sum${row}_${j} = vec4f();`)}
    }`;
}

function write(
  { rows, columnVectors, products, slices, scatter, tile }: Gemm,
  layout: TileLayout,
  finish: WgslFinish,
): string {
  const rowOfOut = Math.max(products, slices) > 1 ? `group.z * ${rows}u + row` : "row";
  const cell = scatter
    ? `((row / ${scatter.columns}u * ${scatter.step}u + ${scatter.top}u) * ${scatter.width}u + row % ${scatter.columns}u * ${scatter.step}u + ${scatter.left}u)`
    : rowOfOut;
  return accumulators(tile, (row, j) => {
    return `  {
    let row = firstRow + down + ${row * layout.threadsDown}u;
    let column = firstColumn + across + ${j * layout.threadsAcross}u;
    if (row < ${rows}u && column < ${columnVectors}u) {
      let cell = ${cell};
      y[cell * ${columnVectors}u + column] = ${finish.value(`sum${row}_${j}`, "cell", "column")};
    }
  }`;
  });
}

/** Adds up the slices of a product and applies the epilogue. */
export function reduceSlices(
  { title, out, rows, columnVectors, slices }: Gemm,
  output: WgslOperand,
  finish: WgslFinish,
): WgslDispatch {
  const count = rows * columnVectors;
  return wgslElements({
    title: `${title}: sum of ${slices} slices`,
    reads: { slices: out, ...finish.reads },
    writes: { y: output },
    count,
    work: count * slices * 4,
    body: `  var sum = slices[index];
  for (var slice = 1u; slice < ${slices}u; slice++) { sum += slices[slice * ${count}u + index]; }
  let cell = index / ${columnVectors}u;
  let column = index % ${columnVectors}u;
  y[index] = ${finish.value("sum", "cell", "column")};`,
  });
}
