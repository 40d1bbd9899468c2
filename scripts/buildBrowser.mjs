import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { wasmFiles } from "./buildWasm.mjs";
import { bundledJpegJs } from "./bundledJpegJs.mjs";
import { lazyModules } from "./lazyModules.mjs";
import { moduleGraph } from "./moduleGraph.mjs";

const WASM = "src/executors/wasm/generated";

/** In the order in which they claim what they import: index.js imports load.js. */
export const ENTRIES = ["load", "index"];

/**
 * Bundles the library for browsers, minified, because they read all of it at every visit. Self-contained, so that a page can
 * import it without a bundler. Code that is loaded on demand, such as gpu.js, is in files beside it, and so are the
 * WebAssembly modules. What such code shares with the rest is part of load.js: a page that detects waits for one file, not for
 * two rounds of files.
 *
 * @returns the paths of all files that are part of it.
 */
export async function buildBrowser(outdir) {
  const graph = moduleGraph();
  const bundle = await rolldown({
    input: Object.fromEntries(ENTRIES.map((name) => [name, `src/${name}.ts`])),
    platform: "browser",
    preserveEntrySignatures: "allow-extension",
    transform: { target: "es2022" },
    checks: { ineffectiveDynamicImport: false },
    plugins: [
      graph.plugin,
      bundledJpegJs,
      lazyModules,
      {
        name: "quoted-addresses",
        // Bundlers look for quotes.
        generateBundle(_options, files) {
          for (const file of Object.values(files))
            if (file.type === "chunk") file.code = file.code.replace(/new URL\(`([^`$]+)`/g, 'new URL("$1"');
        },
      },
    ],
  });
  const { output } = await bundle.write({
    dir: outdir,
    format: "esm",
    minify: true,
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    codeSplitting: { groups: graph.groups(ENTRIES.map((name) => ({ name, roots: [`src/${name}.ts`] }))) },
  });
  await bundle.close();
  for (const name of wasmFiles(WASM)) copyFileSync(join(WASM, name), join(outdir, name));
  return output.flatMap(({ moduleIds = [] }) => moduleIds);
}
