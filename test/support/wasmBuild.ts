import { RELAXED_SIMD } from "../../src/executors/wasm/generated/wasmBinary.ts";
import { chooseBuild, type WasmBuild } from "../../src/executors/wasm/wasmModule.ts";

/**
 * Makes the machine one whose best build is this one, in Node or in a page: without relaxed SIMD it does not
 * validate that build. Gives back what undoes it.
 *
 * @throws Error where the machine has not the build.
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
