import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { shared } from "./buildNode.mjs";
import { wasmFiles } from "./buildWasm.mjs";
import { jpegJsForBrowsers } from "./jpegJsForBrowsers.mjs";

const WASM = "src/executors/wasm/generated";

/**
 * Bundles the library for browsers. Self-contained, so that a page can import it without a bundler. Code that is loaded on
 * demand, such as gpu.js, is in files beside it, and so are the WebAssembly modules.
 */
export async function buildBrowser(outdir) {
  const result = await build({
    ...shared,
    entryPoints: { index: "src/index.ts" },
    outdir,
    platform: "browser",
    splitting: true,
    plugins: [jpegJsForBrowsers],
    // Browsers read all of it at every visit, unlike Node.
    minify: true,
  });
  for (const name of wasmFiles(WASM)) copyFileSync(join(WASM, name), join(outdir, name));
  return result;
}
