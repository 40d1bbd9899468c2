import { setFlagsFromString } from "node:v8";
import { afterAll, beforeAll, describe, expect, vi } from "vitest";
import { RELAXED_SIMD } from "../../src/executors/wasm/generated/wasmBinary.ts";
import { chooseBuild, type WasmBuild } from "../../src/executors/wasm/wasmModule.ts";
import type { Place } from "./openGraph.ts";

// Node 20 has relaxed SIMD behind this flag, newer ones without.
setFlagsFromString("--experimental-wasm-relaxed-simd");

/** The same tests on both builds of `wasm`, on one thread and on two. */
export function describeOnWasm(title: string, tests: (place: Place) => void): void {
  for (const build of ["plain", "relaxed"] as const) {
    for (const threads of [1, 2]) {
      describe(`wasm (${build} SIMD, ${threads === 1 ? "1 thread" : "2 threads"}) ${title}`, () => {
        beforeAll(() => letMachineHave(build));
        afterAll(() => vi.restoreAllMocks());
        tests({ backend: "wasm", threads });
      });
    }
  }
}

function letMachineHave(best: WasmBuild): void {
  const relaxedLength = atob(RELAXED_SIMD).length;
  const validate = WebAssembly.validate.bind(WebAssembly);
  vi.spyOn(WebAssembly, "validate").mockImplementation(
    (bytes) => (best === "relaxed" || bytes.byteLength !== relaxedLength) && validate(bytes),
  );
  expect(chooseBuild()).toBe(best);
}
