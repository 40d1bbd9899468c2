// How far every network is from float64, beside the framework that its golden case comes from: the table of
// docs/verification.md.
//
//     CENTERNET_GOLDENS=<folder> node --experimental-wasm-relaxed-simd scripts/truthTable.mjs [name,…] [place,…]
//
// Names are those of golden models (default: all), places `wasm-plain`, `wasm-relaxed`, `exact-plain`,
// `exact-relaxed`, `webasm`, `cpu` and `wgsl` (default: the first four). Prints a line for each, as it is measured.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

// Inside the project, so that its dependencies are found.
mkdirSync(".cache", { recursive: true });
const folder = mkdtempSync(join(".cache", "truth-"));
const bundle = async (name, options = {}) => {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    ...{
      entryPoints: [`scripts/truthTable/${name}.ts`],
      outfile,
      bundle: true,
      format: "esm",
      platform: "node",
    },
    ...{ packages: "external", logLevel: "warning", ...options },
  });
  return import(pathToFileURL(outfile).href);
};
try {
  // The plain loops of the reference backend with float64 wherever they keep a map in float32.
  const { float64Taps } = await bundle("float64Taps", { define: { Float32Array: "Float64Array" } });
  const { truthTable } = await bundle("truthTable");
  await truthTable(float64Taps);
} finally {
  rmSync(folder, { recursive: true });
}
