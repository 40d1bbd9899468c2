import type { WasmBuild } from "../../kernels/kernel.ts";
import { WASM_FILES } from "./generated/wasmFiles.ts";

/**
 * Compiles the module's own file, which lies beside the code, while it arrives; a browser may keep the compiled code with
 * the file. Without the file, because a bundler has left it out or a server sends something else, the result is undefined.
 */
export async function compileFile(
  build: WasmBuild,
  shared: boolean,
): Promise<WebAssembly.Module | undefined> {
  const { alone, shared: ofThreads } = WASM_FILES[build];
  try {
    const response = await fetch(shared ? ofThreads() : alone());
    if (!response.ok) return undefined;
    const isWasm = response.headers.get("content-type") === "application/wasm";
    return await (isWasm
      ? WebAssembly.compileStreaming(response)
      : WebAssembly.compile(await response.arrayBuffer()));
  } catch {
    return undefined; // What forbids WebAssembly altogether shows when the bytes in the code are compiled.
  }
}
