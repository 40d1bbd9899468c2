import { multiplyAdd } from "./gemmTile.ts";

/** Neighboring outputs computed together, by stride. They share loads: 18 of the map for 36 multiply-adds at stride 1. */
const TOGETHER = { 1: 4, 2: 3 } as const;
const SIDE = 3;

const PARAMETERS = `
  row0: usize, row1: usize, row2: usize, weights: usize, destination: usize, columns: i32, left: bool, right: bool,
  bias: v128, residual: usize, low: v128, high: v128,
`;
const ARGUMENTS = Array.from(PARAMETERS.matchAll(/(\w+):/g), ([, name]) => name).join(", ");

/** `depthwiseRow3` and the functions for strides 1 and 2 that it calls. */
export function depthwiseRow(relaxed: boolean): string {
  return `${strideFunction(1, relaxed)}
${strideFunction(2, relaxed)}
@inline export function depthwiseRow3(stride: i32,${PARAMETERS}): void {
  if (stride === 1) depthwiseRow3Stride1(${ARGUMENTS});
  else depthwiseRow3Stride2(${ARGUMENTS});
}
`;
}

/**
 * A row of a depthwise 3x3 convolution in one plane. `row0` to `row2` are where the first output starts to read the
 * three input rows, or 0 for a row outside the map. `left`: that is one cell before the rows; `right`: the last output reads
 * one cell behind them. These two outputs skip the columns of the kernel that lie outside, so that no row has to be copied
 * for its padding.
 *
 * The branches around each row of the kernel also bound what V8 reorders: in one block for all nine weights it would run all
 * loads first, with more vectors than there are registers. So three weights are loaded with each row.
 */
function strideFunction(stride: 1 | 2, relaxed: boolean): string {
  const all = [0, 1, 2];
  return `function depthwiseRow3Stride${stride}(${PARAMETERS}): void {
  let rest = columns;
  if (left) {
${outputs(1, stride, [1, 2], relaxed)}
  }
  const last = right ? 1 : 0;
  while (rest >= ${TOGETHER[stride]} + last) {
${outputs(TOGETHER[stride], stride, all, relaxed)}
  }
  while (rest > last) {
${outputs(1, stride, all, relaxed)}
  }
  if (rest) {
${outputs(1, stride, [0, 1], relaxed)}
  }
}
`;
}

/** Computes `count` neighboring outputs with the given columns of the kernel, then advances all pointers. */
function outputs(count: number, stride: number, columns: readonly number[], relaxed: boolean): string {
  const lines: string[] = [];
  const indices = Array.from({ length: count }, (_, index) => index);
  for (const index of indices) lines.push(`let sum${index} = bias;`);
  for (let u = 0; u < SIDE; u++) {
    lines.push(`if (row${u}) {`);
    for (const v of columns) lines.push(`  const w${v} = v128.load(weights, ${(u * SIDE + v) * 16});`);
    for (let v = 0; v < (count - 1) * stride + SIDE; v++) {
      const readers = indices.filter((index) => columns.includes(v - index * stride));
      if (readers.length === 0) continue;
      lines.push(`  const x${v} = v128.load(row${u}, ${v * 16});`);
      for (const index of readers) {
        lines.push(`  ${multiplyAdd(`sum${index}`, `x${v}`, `w${v - index * stride}`, relaxed)}`);
      }
    }
    lines.push(`  row${u} += ${count * stride * 16};`, "}");
  }
  lines.push("if (residual) {");
  for (const index of indices) {
    lines.push(`  sum${index} = f32x4.add(sum${index}, v128.load(residual, ${index * 16}));`);
  }
  lines.push(`  residual += ${count * 16};`, "}");
  for (const index of indices) {
    lines.push(`v128.store(destination, f32x4.pmin(f32x4.pmax(sum${index}, low), high), ${index * 16});`);
  }
  lines.push(`destination += ${count * 16};`, `rest -= ${count};`);
  return lines.map((line) => `    ${line}`).join("\n");
}
