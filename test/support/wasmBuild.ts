import { chooseBuild, PROBES } from "../../src/executors/wasm/wasmModule.ts";
import type { WasmBuild } from "../../src/kernels/kernel.ts";

/**
 * Makes this build the best one that the machine seems to have, in Node or in a page: for `plain`, validating a
 * relaxed instruction fails. Returns a function that undoes it.
 *
 * @throws Error if the machine does not have the build.
 */
export function letMachineHave(best: WasmBuild): () => void {
  const validate = WebAssembly.validate;
  WebAssembly.validate = (bytes) => (best === "relaxed" || bytes !== PROBES.relaxed) && validate(bytes);
  if (chooseBuild() !== best) throw new Error(`this machine has no ${best} SIMD`);
  return () => {
    WebAssembly.validate = validate;
  };
}
