import { BackendError } from "../../errors.ts";
import type { WasmFunction } from "../../kernels/wasm/kernel.ts";
import { PLAIN_SIMD, RELAXED_SIMD } from "./generated/wasmBinary.ts";

/** A function of the module: where its call's fields lie, which unit to do, memory to work in. */
export type WasmFunctions = Readonly<
  Record<WasmFunction, (call: number, unit: number, scratch: number) => void>
>;

export const PAGE_BYTES = 65_536;
/** 32-bit addresses reach 4 GiB. */
export const MAX_PAGES = 65_536;

/**
 * `relaxed` multiplies and adds in one rounding where the processor can, a third faster; Node 22 and newer and
 * browsers have it. Its results may differ from one kind of processor to another in the last digits.
 */
export type WasmBuild = "relaxed" | "plain";

/** Best first. */
const BUILDS: Readonly<Record<WasmBuild, string>> = { relaxed: RELAXED_SIMD, plain: PLAIN_SIMD };

const compiled = new Map<string, Promise<WebAssembly.Module>>();

/** The builds that this machine can run, best first; `plain` needs 128-bit SIMD. */
export function wasmBuilds(): WasmBuild[] {
  return (Object.keys(BUILDS) as WasmBuild[]).filter(isRunnable);
}

function isRunnable(build: WasmBuild): boolean {
  return typeof WebAssembly === "object" && WebAssembly.validate(bytesOf(BUILDS[build]));
}

/** @throws BackendError where the machine cannot run the build, or any. */
export function chooseBuild(wanted?: WasmBuild): WasmBuild {
  const candidates = wanted ? [wanted] : (Object.keys(BUILDS) as WasmBuild[]);
  const build = candidates.find(isRunnable);
  if (!build) {
    throw new BackendError({
      where: "backend wasm",
      expected: `WebAssembly with ${wanted === "relaxed" ? "relaxed" : "128-bit"} SIMD`,
      got: "a machine without it",
      hint: "Choose another backend.",
    });
  }
  return build;
}

/** `shared` is for a memory that threads share. */
export function compileWasm(build: WasmBuild, shared: boolean): Promise<WebAssembly.Module> {
  const key = `${build} ${shared}`;
  const bytes = () => (shared ? withSharedMemory(bytesOf(BUILDS[build])) : bytesOf(BUILDS[build]));
  const known = compiled.get(key);
  if (known) return known;
  const module = WebAssembly.compile(bytes());
  compiled.set(key, module);
  // One that memory lacked for may be tried again.
  module.catch(() => compiled.delete(key));
  return module;
}

/** How the module asks for its memory: an import named env.memory, a memory (2) with a maximum (flag 1). */
const MEMORY_IMPORT = [3, ...codes("env"), 6, ...codes("memory"), 2, 1];
const SHARED_FLAG = 2;

/** The same module, but for the flag that says whether the memory is shared, which both sides must agree on. */
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
