// How far every network is from float64, beside the framework that its golden case comes from: the table of
// docs/verification.md.
//
//     CENTERNET_GOLDENS=<folder> node --experimental-wasm-relaxed-simd scripts/truthTable.mjs [name,…] [place,…]
//
// Names are those of golden models (default: all), places `wasm-plain`, `wasm-relaxed`, `exact-plain`,
// `exact-relaxed`, `webasm`, `cpu` and `wgsl` (default: the first four). Prints a line for each, as it is measured.
import { withBundles } from "./withBundles.mjs";

await withBundles(async (importBundled) => {
  // The plain loops of the reference backend with float64 wherever they keep a map in float32.
  const define = { Float32Array: "Float64Array" };
  const { float64Taps } = await importBundled("scripts/truthTable/float64Taps.ts", { define });
  const { truthTable } = await importBundled("scripts/truthTable/truthTable.ts");
  await truthTable(float64Taps);
});
