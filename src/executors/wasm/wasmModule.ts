import { relaxedSimdHint } from "#machine";
import { compileFile } from "#wasmFile";
import { BackendError } from "../../errors.ts";
import { WASM_BUILDS, type WasmBuild } from "../../kernels/kernel.ts";
import type { WasmFunction } from "../../kernels/wasm/kernel.ts";
import { fromBase64 } from "../../support/fromBase64.ts";
import { withSharedMemory } from "./sharedMemory.ts";

/** Each function of the module takes the address of its call's fields, a unit, and scratch memory. */
export type WasmFunctions = Readonly<
  Record<WasmFunction, (call: number, unit: number, scratch: number) => void>
>;

export const PAGE_BYTES = 65_536;
/** 32-bit addresses reach 4 GiB. */
export const MAX_PAGES = 65_536;

/** The builds' bytes, as base64: one is loaded only if there is no file of it. */
const BYTES: Readonly<Record<WasmBuild, () => Promise<{ readonly BYTES: string }>>> = {
  relaxed: () => import("./generated/relaxed.ts"),
  plain: () => import("./generated/plain.ts"),
};

/** WebAssembly's code for the type of 128-bit vectors. */
const V128 = 0x7b;

/** For each build a module of one function, with an instruction that the machine must have. */
export const PROBES: Readonly<Record<WasmBuild, Uint8Array<ArrayBuffer>>> = {
  relaxed: probe([V128, V128, V128], [...localsGet(3), 0xfd, 0x85, 0x02]), // f32x4.relaxed_madd
  plain: probe([V128, V128], [...localsGet(2), 0xfd, 0xe4, 0x01]), // f32x4.add
};

const compiled = new Map<string, Promise<WebAssembly.Module>>();

/** The builds that this machine can run, best first; `plain` needs 128-bit SIMD. */
export function wasmBuilds(): WasmBuild[] {
  return WASM_BUILDS.filter(isRunnable);
}

function isRunnable(build: WasmBuild): boolean {
  return typeof WebAssembly === "object" && WebAssembly.validate(PROBES[build]);
}

/** @throws BackendError if the machine cannot run the wanted build, or none at all. */
export function chooseBuild(wanted?: WasmBuild): WasmBuild {
  const candidates = wanted ? [wanted] : WASM_BUILDS;
  const build = candidates.find(isRunnable);
  if (!build) {
    throw new BackendError({
      where: "backend wasm",
      expected: `WebAssembly with ${wanted === "relaxed" ? "relaxed" : "128-bit"} SIMD`,
      got: "a machine without it",
      hint:
        wanted === "relaxed" && isRunnable("plain")
          ? `${relaxedSimdHint()}, or choose the build plain.`
          : "Choose another backend.",
    });
  }
  return build;
}

/** Compiles the module once. `shared`: whether it will import a memory that threads share. */
export function compileWasm(build: WasmBuild, shared: boolean): Promise<WebAssembly.Module> {
  const key = `${build} ${shared}`;
  const known = compiled.get(key);
  if (known) return known;
  const module = compileFile(build, shared).then((found) => found ?? compileBytes(build, shared));
  compiled.set(key, module);
  // A compilation that failed, for lack of memory, may be tried again.
  module.catch(() => compiled.delete(key));
  return module;
}

async function compileBytes(build: WasmBuild, shared: boolean): Promise<WebAssembly.Module> {
  const bytes = fromBase64((await BYTES[build]()).BYTES);
  return WebAssembly.compile(shared ? withSharedMemory(bytes) : bytes);
}

export async function instantiateWasm(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Promise<WasmFunctions> {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  return exports as unknown as WasmFunctions;
}

/** A module with one function, which takes these and returns a vector. */
function probe(parameters: readonly number[], code: readonly number[]): Uint8Array<ArrayBuffer> {
  const section = (id: number, contents: readonly number[]) => [id, contents.length, ...contents];
  const type = [0x60, parameters.length, ...parameters, 1, V128];
  const body = [0, ...code, 0x0b];
  const types = section(1, [1, ...type]);
  const functions = section(3, [1, 0]);
  const bodies = section(10, [1, body.length, ...body]);
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...types, ...functions, ...bodies]);
}

/** Puts the first of a function's parameters on the stack. */
function localsGet(count: number): number[] {
  return Array.from({ length: count }, (_, index) => [0x20, index]).flat();
}
