import { RELAXED_SIMD } from "../../src/executors/wasm/generated/wasmBinary.ts";
import { chooseBuild } from "../../src/executors/wasm/wasmModule.ts";
import type { WasmBuild } from "../../src/kernels/kernel.ts";

/**
 * Makes this build the best one that the machine seems to have, in Node or in a page: for `plain`, validating the
 * relaxed build fails. Returns a function that undoes it.
 *
 * @throws Error if the machine does not have the build.
 */
export function letMachineHave(best: WasmBuild): () => void {
  const relaxedLength = atob(RELAXED_SIMD).length;
  const validate = WebAssembly.validate;
  WebAssembly.validate = (bytes) =>
    (best === "relaxed" || bytes.byteLength !== relaxedLength) && validate(bytes);
  if (chooseBuild() !== best) throw new Error(`this machine has no ${best} SIMD`);
  return () => {
    WebAssembly.validate = validate;
  };
}
