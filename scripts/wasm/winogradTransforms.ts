import {
  type FractionMatrix,
  toNumber,
  type WinogradMatrices,
} from "../../src/kernels/conv2d/winogradMatrices.ts";
import { multiplyAdd } from "./gemmTile.ts";

/** Statements that compute vectors, and the names of the variables that hold them. */
interface Vectors {
  readonly lines: readonly string[];
  readonly names: readonly string[];
}

/** A one-dimensional transform: from the names of its inputs to statements and the names of its outputs. */
type Transform = (inputs: readonly string[]) => Vectors;

/**
 * The three transforms of F(m x m, 3 x 3) as AssemblyScript functions, each for four channels at once. In two dimensions
 * a transform is applied to all columns, then to all rows; the intermediate result is in `stage`.
 */
export function winogradTransforms(matrices: WinogradMatrices, relaxed: boolean): string {
  const { outputs, inputs } = matrices;
  return `/** Transforms ${inputs} x ${inputs} cells of a plane to one vector in each of ${inputs * inputs} matrices, \`stride\` apart. */
export function inputTransform${outputs}(source: usize, rowBytes: i32, target: usize, stride: i32, stage: usize): void {
${twice(inputs, inputs, inputTransform(matrices, relaxed), {
  load: (row) => `v128.load(source + ${row} * rowBytes)`,
  nextColumn: "source += 16;",
  store: (column, value) => `v128.store(target + ${column} * stride, ${value});`,
  nextRow: `target += ${inputs} * stride;`,
})}
}

/** Transforms the weights of one input and four output channels, which are \`kernelStep\` bytes apart. */
export function weightTransform${outputs}(source: usize, kernelStep: i32, target: usize, stride: i32, stage: usize): void {
${twice(3, inputs, weightTransform(matrices), {
  load: (row) => `v128.load(source + ${row * 3} * kernelStep)`,
  nextColumn: "source += kernelStep;",
  store: (column, value) => `v128.store(target + ${column} * stride, ${value});`,
  nextRow: `target += ${inputs} * stride;`,
})}
}

/** Transforms sums back to ${outputs} x ${outputs} output cells. */
export function outputTransform${outputs}(
  source: usize, stride: i32, target: usize, rowBytes: i32, stage: usize,
  bias: v128, residual: usize, low: v128, high: v128,
): void {
${twice(inputs, outputs, outputTransform(matrices, relaxed), {
  load: (row) => `v128.load(source + ${row * inputs} * stride)`,
  nextColumn: "source += stride;",
  store: (column, value) => `let sum${column} = f32x4.add(${value}, bias);
    if (residual) sum${column} = f32x4.add(sum${column}, v128.load(residual, ${column * 16}));
    v128.store(target, f32x4.pmin(f32x4.pmax(sum${column}, low), high), ${column * 16});`,
  nextRow: "target += rowBytes;\n    if (residual) residual += rowBytes;",
})}
}
`;
}

interface Places {
  load(row: number): string;
  readonly nextColumn: string;
  store(column: number, value: string): string;
  readonly nextRow: string;
}

/** From `from` x `from` vectors to `to` x `to`: every column into the stage, then every row out of it. */
function twice(from: number, to: number, transform: Transform, places: Places): string {
  const names = Array.from({ length: from }, (_, index) => `x${index}`);
  const { lines, names: results } = transform(names);
  return `  for (let column = 0; column < ${from}; column++) {
${names.map((name, row) => `    const ${name} = ${places.load(row)};`).join("\n")}
${lines.map((line) => `    ${line}`).join("\n")}
${results.map((name, row) => `    v128.store(stage + column * 16, ${name}, ${row * from * 16});`).join("\n")}
    ${places.nextColumn}
  }
  for (let row = 0; row < ${to}; row++) {
${names.map((name, column) => `    const ${name} = v128.load(stage, ${column * 16});`).join("\n")}
${lines.map((line) => `    ${line}`).join("\n")}
${results.map((name, column) => `    ${places.store(column, name)}`).join("\n")}
    ${places.nextRow}
    stage += ${from * 16};
  }`;
}

/** Bᵀ: the rows of a pair of points ±p have equal even coefficients and opposite odd ones. */
function inputTransform({ inputTransform: matrix, inputs }: WinogradMatrices, relaxed: boolean): Transform {
  const rows = numbersOf(matrix);
  return (x) => {
    const lines: string[] = [];
    lines.push(...sumOf("t0", rows[0], x, relaxed));
    for (let j = 1; j < inputs - 1; j += 2) {
      lines.push(
        ...sumOf(
          `even${j}`,
          rows[j].map((c, power) => (power % 2 === 0 ? c : 0)),
          x,
          relaxed,
        ),
      );
      lines.push(
        ...sumOf(
          `odd${j}`,
          rows[j].map((c, power) => (power % 2 === 1 ? c : 0)),
          x,
          relaxed,
        ),
      );
      lines.push(
        `const t${j} = f32x4.add(even${j}, odd${j});`,
        `const t${j + 1} = f32x4.sub(even${j}, odd${j});`,
      );
    }
    lines.push(...sumOf(`t${inputs - 1}`, rows[inputs - 1], x, relaxed));
    return { lines, names: x.map((_, j) => `t${j}`) };
  };
}

/** Aᵀ: each pair of points ±p shares a product: p^i times the pair's sum in even rows, times its difference in odd ones. */
function outputTransform({ outputTransform: matrix, inputs }: WinogradMatrices, relaxed: boolean): Transform {
  const rows = numbersOf(matrix);
  return (x) => {
    const lines: string[] = [];
    const pairs: number[] = [];
    for (let j = 1; j < inputs - 1; j += 2) {
      pairs.push(j);
      lines.push(`const sum_${j} = f32x4.add(${x[j]}, ${x[j + 1]});`);
      lines.push(`const difference_${j} = f32x4.sub(${x[j]}, ${x[j + 1]});`);
    }
    rows.forEach((row, i) => {
      const terms = [x[0], ...pairs.map((j) => `${i % 2 === 0 ? "sum" : "difference"}_${j}`), x[inputs - 1]];
      const coefficients = [row[0], ...pairs.map((j) => row[j]), row[inputs - 1]];
      lines.push(...sumOf(`y${i}`, coefficients, terms, relaxed));
    });
    return { lines, names: rows.map((_, i) => `y${i}`) };
  };
}

/** G, whose fractions are each rounded once. It runs only when weights are loaded, so no products are shared. */
function weightTransform({ weightTransform: matrix }: WinogradMatrices): Transform {
  const rows = numbersOf(matrix);
  return (x) => ({
    lines: rows.flatMap((row, j) => sumOf(`g${j}`, row, x, false)),
    names: rows.map((_, j) => `g${j}`),
  });
}

function numbersOf(matrix: FractionMatrix): number[][] {
  return matrix.map((row) => row.map(toNumber));
}

/** Σ coefficient · term without multiplications by 0 and ±1. It starts with a term of coefficient 1, if there is one. */
function sumOf(
  name: string,
  coefficients: readonly number[],
  terms: readonly string[],
  relaxed: boolean,
): string[] {
  const parts = coefficients
    .map((coefficient, index) => ({ coefficient, term: terms[index] }))
    .filter(({ coefficient }) => coefficient !== 0)
    .sort((a, b) => Number(b.coefficient === 1) - Number(a.coefficient === 1));
  const [first, ...rest] = parts;
  const start =
    first.coefficient === 1 ? first.term : `f32x4.mul(${first.term}, f32x4.splat(${first.coefficient}))`;
  return [
    `let ${name} = ${start};`,
    ...rest.map(({ coefficient, term }) => {
      if (coefficient === 1) return `${name} = f32x4.add(${name}, ${term});`;
      if (coefficient === -1) return `${name} = f32x4.sub(${name}, ${term});`;
      return multiplyAdd(name, term, `f32x4.splat(${coefficient})`, relaxed);
    }),
  ];
}
