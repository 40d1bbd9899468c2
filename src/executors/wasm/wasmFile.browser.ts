import type { WasmBuild } from "../../kernels/kernel.ts";
import { WASM_FILES } from "./generated/wasmFiles.ts";

/**
 * Compiles the module's own file, which lies beside the code, while it arrives. A browser keeps the compiled code with the
 * file, optimized code included, so that the next visit begins with it. Without the file, because a bundler has left it
 * out or the page's policy forbids to fetch it, the result is undefined.
 *
 * @throws WebAssembly.CompileError if the machine cannot compile it.
 */
export async function compileFile(
  build: WasmBuild,
  shared: boolean,
): Promise<WebAssembly.Module | undefined> {
  const { alone, shared: ofThreads } = WASM_FILES[build];
  const url = shared ? ofThreads() : alone();
  const response = await fetch(url).catch(() => undefined);
  if (!response?.ok) return undefined;
  // A server may send it as another type, or a page of HTML in its place.
  if (response.headers.get("content-type") === "application/wasm")
    return WebAssembly.compileStreaming(response);
  const bytes = await response.arrayBuffer();
  return WebAssembly.validate(bytes) ? WebAssembly.compile(bytes) : undefined;
}
