import type { WasmBuild } from "../../kernels/kernel.ts";

/** Outside browsers the bytes come with the code: a file takes no time there that compiling it could fill. */
export async function compileFile(
  _build: WasmBuild,
  _shared: boolean,
): Promise<WebAssembly.Module | undefined> {
  return undefined;
}
