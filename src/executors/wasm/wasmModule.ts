import { BackendError } from "../../errors.ts";
import type { WasmFunction } from "../../kernels/wasmKernel.ts";
import { PLAIN_SIMD } from "./generated/wasmBinary.ts";

/** A function of the module: where its call's fields lie, which unit to do, memory to work in. */
export type WasmFunctions = Readonly<
  Record<WasmFunction, (call: number, unit: number, scratch: number) => void>
>;

export const PAGE_BYTES = 65_536;
/** 32-bit addresses reach 4 GiB. */
export const MAX_PAGES = 65_536;

let compiled: Promise<WebAssembly.Module> | undefined;

/** Whether this machine can run the module, which needs 128-bit SIMD. */
export function wasmAvailable(): boolean {
  return typeof WebAssembly === "object" && WebAssembly.validate(bytesOf(PLAIN_SIMD));
}

/** @throws BackendError where the machine has no WebAssembly with SIMD. */
export function compileWasm(): Promise<WebAssembly.Module> {
  if (!wasmAvailable()) {
    throw new BackendError({
      where: "backend wasm",
      expected: "WebAssembly with 128-bit SIMD",
      got: "a machine without it",
      hint: "Choose another backend.",
    });
  }
  compiled ??= WebAssembly.compile(bytesOf(PLAIN_SIMD));
  return compiled;
}

export async function instantiateWasm(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Promise<WasmFunctions> {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  return exports as unknown as WasmFunctions;
}

/** @throws BackendError, before anything is computed, where the machine does not have that much. */
export function wasmMemory(bytes: number): WebAssembly.Memory {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  const refuse = (got: string, cause?: unknown) =>
    new BackendError(
      {
        where: "backend wasm",
        expected: `${megabytes(bytes)} MB of memory for this network at this size`,
        got,
        hint: "Choose a smaller input size.",
      },
      { cause },
    );
  if (pages > MAX_PAGES) throw refuse("at most 4295 MB, which is all that WebAssembly can address");
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: MAX_PAGES });
  } catch (error) {
    throw refuse("less than that from this machine", error);
  }
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1e6);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
