import { multiplyAdd } from "./gemmTile.ts";

/** Neighbouring outputs computed together: they share loads, 18 for 36 multiply-adds at stride 1. */
const TOGETHER = 4;
const SIDE = 3;

/**
 * A row of a depthwise 3x3 convolution in one plane: \`row0\` to \`row2\` are the padded input rows below each
 * other. Nine weights stay in variables; the last outputs of a row are computed one by one.
 */
export function depthwiseRow(stride: 1 | 2, relaxed: boolean): string {
  return `export function depthwiseRow3Stride${stride}(
  row0: usize, row1: usize, row2: usize, weights: usize, destination: usize, columns: i32,
  bias: v128, residual: usize, low: v128, high: v128,
): void {
${Array.from({ length: SIDE * SIDE }, (_, tap) => `  let w${tap} = v128.load(weights, ${tap * 16});`).join("\n")}
  let column = 0;
${outputs(TOGETHER, stride, relaxed)}
${outputs(1, stride, relaxed)}
}
`;
}

function outputs(count: number, stride: number, relaxed: boolean): string {
  const lines: string[] = [];
  const indices = Array.from({ length: count }, (_, index) => index);
  for (const index of indices) lines.push(`let sum${index} = bias;`);
  for (let u = 0; u < SIDE; u++) {
    for (let v = 0; v < (count - 1) * stride + SIDE; v++) {
      lines.push(`let x${u}_${v} = v128.load(row${u}, ${v * 16});`);
      for (const index of indices) {
        const tap = v - index * stride;
        if (tap < 0 || tap >= SIDE) continue;
        lines.push(multiplyAdd(`sum${index}`, `x${u}_${v}`, `w${u * SIDE + tap}`, relaxed));
      }
    }
  }
  lines.push("if (residual) {");
  for (const index of indices) {
    lines.push(`  sum${index} = f32x4.add(sum${index}, v128.load(residual, ${index * 16}));`);
  }
  lines.push(`  residual += ${count * 16};`, "}");
  for (const index of indices) {
    lines.push(`v128.store(destination, f32x4.pmin(f32x4.pmax(sum${index}, low), high), ${index * 16});`);
  }
  lines.push(`destination += ${count * 16};`, `column += ${count};`);
  for (let u = 0; u < SIDE; u++) lines.push(`row${u} += ${count * stride * 16};`);
  return `  while (column <= columns - ${count}) {\n${lines.map((line) => `    ${line}`).join("\n")}\n  }`;
}
