// node bench/layers.mjs [model…]: the time of each group of equal layers on the `wasm` backend, its GFLOP/s, and the
// algorithm that was chosen. The table of choices (src/kernels/conv2d/wasm.ts) and the block sizes of the kernels are
// based on it.
//
// Weights are arbitrary, since no time depends on them. Times are minima over the runs, which other programs on the machine
// disturb least. For one model with its real weights there is centernet detect --profile.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { build } from "esbuild";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: "string", default: "8" },
    size: { type: "string" },
    build: { type: "string", default: "plain,relaxed" },
    precision: { type: "string", default: "default" },
    memory: { type: "string", default: "default" },
    each: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
setFlagsFromString("--experimental-wasm-relaxed-simd");

const { layerTimes, classTimes, modelNamed } = await modules();
const names = positionals.length > 0 ? positionals : ["movenet-multipose"];
for (const name of names) {
  const model = modelNamed(name);
  const size = options.size ? { height: +options.size, width: +options.size } : model.defaultSize;
  const choices = { precision: options.precision, memory: options.memory };
  for (const wasmBuild of options.build.split(",")) {
    const run = { build: wasmBuild, runs: +options.runs, choices };
    const { layers, bytes } = await layerTimes(model.graph(size), run);
    const rows = options.each ? layers : classTimes(layers);
    const total = layers.reduce((sum, { ms }) => sum + ms, 0);
    const multiplyAdds = layers.reduce((sum, layer) => sum + layer.multiplyAdds, 0);
    if (options.json) {
      for (const row of rows) console.log(JSON.stringify({ model: name, build: wasmBuild, ...row }));
      continue;
    }
    console.log(
      `${name} ${size.height}x${size.width}, ${wasmBuild}: ${total.toFixed(1)} ms,` +
        ` ${((2 * multiplyAdds) / total / 1e6).toFixed(1)} GFLOP/s,` +
        ` ${(bytes.total / 1e6).toFixed(0)} MB (weights ${(bytes.constants / 1e6).toFixed(0)})`,
    );
    for (const { title, count, ms, multiplyAdds: work, algorithm } of rows) {
      const speed = work > 0 ? ((2 * work) / ms / 1e6).toFixed(1) : "";
      console.log(
        `${ms.toFixed(2).padStart(9)} ms ${speed.padStart(6)} GFLOP/s  x${count ?? 1} ${title}: ${algorithm}`,
      );
    }
  }
}

/** Bundled from the sources, because the package exports no single layers. */
async function modules() {
  const folder = mkdtempSync(join(tmpdir(), "centernet-layers-"));
  try {
    const outfile = join(folder, "layers.mjs");
    await build({
      stdin: {
        contents:
          'export * from "./bench/layerTimes.ts"; export { modelNamed } from "./src/models/models.ts";',
        resolveDir: ".",
      },
      bundle: true,
      format: "esm",
      platform: "node",
      conditions: ["node"],
      outfile,
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
