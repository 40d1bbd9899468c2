/**
 * A 3x3 convolution of stride 1 by Winograd's F(4x4, 3x3) (Lavin & Gray, arXiv:1509.09308): 36 multiplications for 16
 * outputs; the plain sum takes 144. [winogradMatrices.ts](winogradMatrices.ts) derives the matrices and chooses the points.
 *
 *     input   V = Bᵀ d B   for each 6 x 6 tile of the map, tiles 4 apart
 *     weights U = G g Gᵀ   once, on the device
 *     output  Y = Aᵀ (Σ over channels of U · V) A
 *
 * For each of the 36 points, the sums are an independent matrix product, [tiles][input channels] x
 * [input channels][channels].
 */

import { kernelConstant } from "../wgsl/convolution.ts";
import { biasConstants, type WgslFinish, wgslFinish } from "../wgsl/epilogue.ts";
import { type Gemm, gemmDispatch } from "../wgsl/gemm.ts";
import {
  BYTES_PER_VECTOR,
  LANES,
  vectorCount,
  type WgslCall,
  type WgslConstant,
  type WgslDispatch,
  type WgslKernel,
  type WgslTarget,
} from "../wgsl/kernel.ts";
import { float, repeat, wgslElements } from "../wgsl/source.ts";
import { chooseTiling } from "../wgsl/tiles.ts";
import type { Conv2dAttributes } from "./op.ts";
import { toNumber, winogradMatrices } from "./winogradMatrices.ts";

const OUTPUTS = 4;
const MATRICES = winogradMatrices(OUTPUTS);
const SIDE = MATRICES.inputs;
const POINTS = SIDE * SIDE;
const [BT, G, AT] = [MATRICES.inputTransform, MATRICES.weightTransform, MATRICES.outputTransform].map(
  (matrix) => matrix.map((row) => row.map(toNumber)),
);

/** Channels per run of a sum (wgsl/gemm.ts). */
const RUN_DEPTH = 32;

export function winogradWgsl(
  call: WgslCall<Conv2dAttributes>,
  target: WgslTarget,
  reason: string,
): WgslKernel {
  const { inputs, output } = call;
  const [, , , inputChannels] = inputs[0];
  const [, height, width, channels] = output;
  const vectors = vectorCount(inputChannels);
  const outputVectors = vectorCount(channels);
  const tilesAcross = Math.ceil(width / OUTPUTS);
  const tiles = tilesAcross * Math.ceil(height / OUTPUTS);
  const tileBytes = POINTS * BYTES_PER_VECTOR;
  // Tiles that are computed together: all, if their transforms fit into a binding.
  const maxTiles = Math.floor(target.maxBindingBytes / (tileBytes * Math.max(vectors, outputVectors)));
  const bandTiles = Math.min(tiles, Math.max(1, maxTiles));
  const bands = Math.ceil(tiles / bandTiles);
  const finish = wgslFinish(call, "constant1");
  return {
    algorithm: `Winograd F(4x4)${bands > 1 ? ` in ${bands} bands` : ""}: ${reason}`,
    constants: [winogradWeights(inputChannels, channels), ...biasConstants(call)],
    scratchBytes: [bandTiles * vectors * tileBytes, bandTiles * outputVectors * tileBytes],
    dispatches: Array.from({ length: bands }, (_, index) => {
      const first = index * bandTiles;
      const band: Band = { first, tiles: Math.min(bandTiles, tiles - first), tilesAcross };
      return [
        transformInput(call, band),
        gemmDispatch(products(band.tiles, vectors, outputVectors, target)),
        transformOutput(call, band, finish),
      ];
    }).flat(),
  };
}

/** A range of a map's tiles, counted row by row. */
interface Band {
  readonly first: number;
  readonly tiles: number;
  readonly tilesAcross: number;
}

function products(tiles: number, vectors: number, outputVectors: number, target: WgslTarget): Gemm {
  const sides = { rows: tiles, columns: outputVectors * LANES, depth: vectors * LANES, products: POINTS };
  return {
    title: "Winograd products",
    left: "scratch0",
    right: "constant0",
    out: "scratch1",
    rows: tiles,
    columnVectors: outputVectors,
    depthVectors: vectors,
    products: POINTS,
    slices: 1,
    runDepth: RUN_DEPTH,
    tile: chooseTiling(target, sides).tile,
  };
}

/**
 * One thread computes the 36 vectors of a tile. Neighboring threads have neighboring channels, so that their reads
 * coalesce.
 */
function transformInput({ inputs, attributes }: WgslCall<Conv2dAttributes>, band: Band): WgslDispatch {
  const [, height, width, channels] = inputs[0];
  const { top, left } = attributes.padding;
  const vectors = vectorCount(channels);
  const count = band.tiles * vectors;
  return wgslElements({
    title: `Winograd: ${height} x ${width} x ${channels} seen in ${band.tiles} tiles from ${band.first} on`,
    reads: { x: "input0" },
    writes: { seen: "scratch0" },
    count,
    work: count * POINTS * LANES * 4,
    body: `  let vector = index % ${vectors}u;
  let tile = index / ${vectors}u + ${band.first}u;
  let row = i32(tile / ${band.tilesAcross}u) * ${OUTPUTS} - ${top};
  let column = i32(tile % ${band.tilesAcross}u) * ${OUTPUTS} - ${left};
${each(SIDE, SIDE, (y, x) => {
  const isInside = `row + ${y} >= 0 && row + ${y} < ${height} && column + ${x} >= 0 && column + ${x} < ${width}`;
  return `  var d${y}_${x} = vec4f();
  if (${isInside}) { d${y}_${x} = x[u32((row + ${y}) * ${width} + column + ${x}) * ${vectors}u + vector]; }`;
})}
${each(SIDE, SIDE, (p, x) => `  let e${p}_${x} = ${combination(BT[p], (y) => `d${y}_${x}`)};`)}
${each(SIDE, SIDE, (p, q) => {
  return `  seen[${(p * SIDE + q) * count}u + index] = ${combination(BT[q], (x) => `e${p}_${x}`)};`;
})}`,
  });
}

/** One thread computes up to 4 x 4 output cells of four channels, column by column so that few inputs are live. */
function transformOutput(
  { output }: WgslCall<Conv2dAttributes>,
  band: Band,
  finish: WgslFinish,
): WgslDispatch {
  const [, height, width, channels] = output;
  const vectors = vectorCount(channels);
  const count = band.tiles * vectors;
  const inside = (y: number, x: number) => {
    const limits = [
      height % OUTPUTS ? `row + ${y}u < ${height}u` : "",
      width % OUTPUTS ? `column + ${x}u < ${width}u` : "",
    ];
    return limits.filter(Boolean).join(" && ") || "true";
  };
  return wgslElements({
    title: `Winograd: ${height} x ${width} x ${channels} from ${band.tiles} tiles from ${band.first} on`,
    reads: { sums: "scratch1", ...finish.reads },
    writes: { y: "output" },
    count,
    work: count * POINTS * LANES * 4,
    body: `  let vector = index % ${vectors}u;
  let tile = index / ${vectors}u + ${band.first}u;
  let row = tile / ${band.tilesAcross}u * ${OUTPUTS}u;
  let column = tile % ${band.tilesAcross}u * ${OUTPUTS}u;
${repeat(SIDE, (q) => {
  const read = repeat(SIDE, (p) => `  let m${p}_${q} = sums[${(p * SIDE + q) * count}u + index];`);
  return `${read}\n${repeat(OUTPUTS, (y) => `  let n${y}_${q} = ${combination(AT[y], (p) => `m${p}_${q}`)};`)}`;
})}
${each(OUTPUTS, OUTPUTS, (y, x) => {
  return `  if (${inside(y, x)}) {
    let cell = (row + ${y}u) * ${width}u + column + ${x}u;
    let sum = ${combination(AT[x], (q) => `n${y}_${q}`)};
    y[cell * ${vectors}u + vector] = ${finish.value("sum", "cell", "vector")};
  }`;
})}`,
  });
}

/** The transformed weights U, [point][input channel][channel]. */
function winogradWeights(inputChannels: number, channels: number): WgslConstant {
  const vectors = vectorCount(channels);
  const count = vectorCount(inputChannels) * LANES * vectors;
  const dispatch = wgslElements({
    title: `Winograd: weights of ${inputChannels} to ${channels} channels`,
    reads: { kernel: "source" },
    writes: { weights: "destination" },
    count,
    body: `${each(3, 3, (u, v) => `  let g${u}_${v} = kernel[${(u * 3 + v) * count}u + index];`)}
${each(SIDE, 3, (p, v) => `  let h${p}_${v} = ${combination(G[p], (u) => `g${u}_${v}`)};`)}
${each(SIDE, SIDE, (p, q) => {
  return `  weights[${(p * SIDE + q) * count}u + index] = ${combination(G[q], (v) => `h${p}_${v}`)};`;
})}`,
  });
  const plain = kernelConstant({
    kernelOffsets: Array.from({ length: 9 }, (_, position) => position * inputChannels * channels),
    inputChannels,
    channels,
    inputStep: channels,
    outputStep: 1,
  });
  return {
    vectors: POINTS * count,
    write: plain.write,
    transform: { vectors: plain.vectors, dispatch },
  };
}

/** WGSL: Σ of factor · term, without the terms whose factor is 0. */
function combination(factors: readonly number[], term: (i: number) => string): string {
  const parts = factors.map((factor, i) => {
    if (factor === 0) return "";
    const sign = factor < 0 ? " - " : " + ";
    return sign + (Math.abs(factor) === 1 ? term(i) : `${float(Math.abs(factor))} * ${term(i)}`);
  });
  const sum = parts.join("");
  return sum.startsWith(" + ") ? sum.slice(3) : `-${sum.slice(3)}`;
}

function each(rows: number, columns: number, text: (row: number, column: number) => string): string {
  return repeat(rows, (row) => repeat(columns, (column) => text(row, column)));
}
