/** The one place where WGSL modules are put together: bindings, entry point, grids and literals. */
import type { Shape } from "../../tensor.ts";
import { mapVectors, vectorCount, type WgslDispatch, type WgslOperand } from "./kernel.ts";

/** Every device allows as many workgroups along each side of a grid. */
export const MAX_WORKGROUPS = 65_535;

/** Threads of a workgroup in kernels that share nothing: two warps of NVIDIA, one wave of AMD. */
const THREADS = 64;

export interface WgslModule {
  /** Stands above the code, for those who read it in a debugger. */
  readonly title: string;
  /** Buffers by the name that the code knows them by. */
  readonly reads: Readonly<Record<string, WgslOperand>>;
  readonly writes: Readonly<Record<string, WgslOperand>>;
  /** What a buffer holds, by its name. Default: `array<vec4f>`. */
  readonly types?: Readonly<Record<string, string>>;
  /** Types and functions of the module, which may use its buffers. */
  readonly declarations?: string;
  /** Arrays in workgroup memory: name → vectors. */
  readonly shared?: Readonly<Record<string, number>>;
  readonly threads: number;
  /** Knows `group` (vec3u), `thread` (its number within the group) and the functions of `COMPARISONS`. */
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
  /** How many threads have something to do. */
  readonly count: number;
  readonly work?: number;
  /** Knows `index`, the thread's number, below `count`. */
  readonly body: string;
}

/** A kernel in which each thread works by itself, on a grid as wide as it may be. */
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
  /** Lines before the value. */
  readonly statements?: string;
  /** An expression; like the statements it knows `index`, `row`, `column` and `vector` of the output. */
  readonly value: string;
}

/** A kernel in which each thread makes one vector of the output. */
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

/** A number as a literal of WGSL, rounded to float32. */
export function float(value: number): string {
  return `${Math.fround(value)}f`;
}

/** Repeats text for 0, 1, …, count − 1. */
export function repeat(count: number, text: (i: number) => string, separator = "\n"): string {
  return Array.from({ length: count }, (_, i) => text(i)).join(separator);
}

/**
 * Functions of WGSL whose results are NaN where an operand is, as everywhere else in this project: a network that
 * left float32 must end in an error. What `max`, `min` and `clamp` make of NaN is the device's choice, and most
 * drop it; even `x != x` is false for it where Dawn writes SPIR-V. So every condition here is one that a NaN fails.
 */
const COMPARISONS: Readonly<Record<string, string>> = {
  relu: "fn relu(x: vec4f) -> vec4f { return select(x, vec4f(), x < vec4f()); }",
  relu6:
    "fn relu6(x: vec4f) -> vec4f { return select(select(x, vec4f(), x < vec4f()), vec4f(6), x > vec4f(6)); }",
  larger: "fn larger(a: vec4f, b: vec4f) -> vec4f { return select(a, b, (b > a) | !(b == b)); }",
};
