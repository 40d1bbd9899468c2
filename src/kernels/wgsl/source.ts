/** Assembles WGSL modules: bindings, entry point, grids and literals. */
import type { Shape } from "../../tensor.ts";
import { mapVectors, vectorCount, type WgslDispatch, type WgslOperand } from "./kernel.ts";

/** Max workgroups per dimension of a grid; every device supports as many. */
export const MAX_WORKGROUPS = 65_535;

/** Workgroup size of kernels whose threads share nothing: two warps on NVIDIA, one wave on AMD. */
const THREADS = 64;

export interface WgslModule {
  /** First line of the code, for readers in a debugger. */
  readonly title: string;
  /** Buffers by their names in the code. */
  readonly reads: Readonly<Record<string, WgslOperand>>;
  readonly writes: Readonly<Record<string, WgslOperand>>;
  /** Type of a buffer, by its name. Default: `array<vec4f>`. */
  readonly types?: Readonly<Record<string, string>>;
  /** Types and functions at module scope; they may use the buffers. */
  readonly declarations?: string;
  /** Arrays in workgroup memory: name → length in vectors. */
  readonly shared?: Readonly<Record<string, number>>;
  readonly threads: number;
  /** May use `group` (vec3u), `thread` (its index within the group) and the functions of `COMPARISONS`. */
  readonly body: string;
  readonly workgroups: readonly [number, number, number];
  readonly work: number;
}

export function wgslDispatch(module: WgslModule): WgslDispatch {
  const {
    title,
    reads,
    writes,
    types = {},
    declarations,
    shared = {},
    threads,
    body,
    workgroups,
    work,
  } = module;
  const typeOf = (name: string) => types[name] ?? "array<vec4f>";
  const buffers = [
    ...Object.keys(reads).map((name) => `var<storage, read> ${name}: ${typeOf(name)};`),
    ...Object.keys(writes).map((name) => `var<storage, read_write> ${name}: ${typeOf(name)};`),
  ];
  const called = Object.keys(COMPARISONS).filter((name) => body.includes(`${name}(`));
  const code = [
    `// ${title}`,
    ...buffers.map((buffer, binding) => `@group(0) @binding(${binding}) ${buffer}`),
    ...Object.entries(shared).map(([name, size]) => `var<workgroup> ${name}: array<vec4f, ${size}>;`),
    ...called.map((name) => COMPARISONS[name]),
    ...(declarations ? [declarations] : []),
    `@compute @workgroup_size(${threads})`,
    "fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {",
    body,
    "}",
  ];
  return {
    code: code.join("\n"),
    operands: [...Object.values(reads), ...Object.values(writes)],
    workgroups,
    work,
  };
}

export interface WgslElements {
  readonly title: string;
  readonly reads: Readonly<Record<string, WgslOperand>>;
  readonly writes: Readonly<Record<string, WgslOperand>>;
  readonly types?: WgslModule["types"];
  readonly declarations?: string;
  /** Number of threads with work to do. */
  readonly count: number;
  readonly work?: number;
  /** May use `index`, the thread's number, below `count`. */
  readonly body: string;
}

/** A kernel in which each thread works by itself, on a grid as wide as allowed. */
export function wgslElements({ count, body, work = count, ...rest }: WgslElements): WgslDispatch {
  const groups = Math.ceil(count / THREADS);
  const across = Math.min(groups, MAX_WORKGROUPS);
  return wgslDispatch({
    ...rest,
    threads: THREADS,
    workgroups: [across, Math.ceil(groups / across), 1],
    work,
    body: [
      `  let index = (group.y * ${across}u + group.x) * ${THREADS}u + thread;`,
      `  if (index >= ${count}u) { return; }`,
      body,
    ].join("\n"),
  });
}

export interface WgslMap {
  readonly title: string;
  readonly reads: Readonly<Record<string, WgslOperand>>;
  readonly output: Shape;
  readonly work?: number;
  /** Statements before the value. */
  readonly statements?: string;
  /** An expression. Like the statements, it may use `index`, `row`, `column` and `vector` of the output. */
  readonly value: string;
}

/** A kernel in which each thread computes one vector of the output. */
export function wgslMap({ title, reads, output, work, statements = "", value }: WgslMap): WgslDispatch {
  const [, , width, channels] = output;
  const vectors = vectorCount(channels);
  return wgslElements({
    title,
    reads,
    writes: { y: "output" },
    count: mapVectors(output),
    work,
    body: [
      `  let vector = index % ${vectors}u;`,
      `  let column = index / ${vectors}u % ${width}u;`,
      `  let row = index / ${vectors * width}u;`,
      statements,
      `  y[index] = ${value};`,
    ].join("\n"),
  });
}

/** A number as a WGSL literal, rounded to float32. */
export function float(value: number): string {
  return `${Math.fround(value)}f`;
}

/** Repeats text for 0, 1, …, count − 1. */
export function repeat(count: number, text: (i: number) => string, separator = "\n"): string {
  return Array.from({ length: count }, (_, i) => text(i)).join(separator);
}

/**
 * WGSL functions that return NaN if an operand is NaN, as everywhere else in this project: a network whose numbers
 * overflow must end in an error. With `max`, `min` and `clamp` the device decides, and most drop a NaN; if Dawn
 * generates SPIR-V, even `x != x` is false for it. So a NaN fails each condition here.
 */
const COMPARISONS: Readonly<Record<string, string>> = {
  relu: "fn relu(x: vec4f) -> vec4f { return select(x, vec4f(), x < vec4f()); }",
  relu6:
    "fn relu6(x: vec4f) -> vec4f { return select(select(x, vec4f(), x < vec4f()), vec4f(6), x > vec4f(6)); }",
  larger: "fn larger(a: vec4f, b: vec4f) -> vec4f { return select(a, b, (b > a) | !(b == b)); }",
};
