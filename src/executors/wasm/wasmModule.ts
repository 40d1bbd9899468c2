import { relaxedSimdHint } from "#machine";
import { BackendError } from "../../errors.ts";
import { WASM_BUILDS, type WasmBuild } from "../../kernels/kernel.ts";
import type { WasmFunction } from "../../kernels/wasm/kernel.ts";
import { PLAIN_SIMD, RELAXED_SIMD } from "./generated/wasmBinary.ts";

/** Each function of the module takes the address of its call's fields, a unit, and scratch memory. */
export type WasmFunctions = Readonly<
  Record<WasmFunction, (call: number, unit: number, scratch: number) => void>
>;

export const PAGE_BYTES = 65_536;
/** 32-bit addresses reach 4 GiB. */
export const MAX_PAGES = 65_536;

const BUILDS: Readonly<Record<WasmBuild, string>> = { relaxed: RELAXED_SIMD, plain: PLAIN_SIMD };

const compiled = new Map<string, Promise<WebAssembly.Module>>();

/** The builds that this machine can run, best first; `plain` needs 128-bit SIMD. */
export function wasmBuilds(): WasmBuild[] {
  return WASM_BUILDS.filter(isRunnable);
}

function isRunnable(build: WasmBuild): boolean {
  return typeof WebAssembly === "object" && WebAssembly.validate(bytesOf(BUILDS[build]));
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
  const bytes = bytesOf(BUILDS[build]);
  const module = WebAssembly.compile(shared ? withSharedMemory(bytes) : bytes);
  compiled.set(key, module);
  // A compilation that failed, for lack of memory, may be tried again.
  module.catch(() => compiled.delete(key));
  return module;
}

/** How the module declares its memory: an import named env.memory, of kind memory (2), with a maximum (flag 1). */
const MEMORY_IMPORT = [3, ...codes("env"), 6, ...codes("memory"), 2, 1];
const SHARED_FLAG = 2;

/** The same module with the flag for shared memory set: the module and its memory must agree on it. */
function withSharedMemory(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const at = bytes.findIndex((_, start) => MEMORY_IMPORT.every((byte, i) => bytes[start + i] === byte));
  bytes[at + MEMORY_IMPORT.length - 1] |= SHARED_FLAG;
  return bytes;
}

function codes(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

export async function instantiateWasm(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Promise<WasmFunctions> {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  return exports as unknown as WasmFunctions;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
