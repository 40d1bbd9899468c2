// node bundle.mjs <file>: bundles the GPU benchmark into one self-contained file.
import { build } from "esbuild";

const [, , outfile] = process.argv;
await build({
  entryPoints: [new URL("standalone.ts", import.meta.url).pathname],
  outfile,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  logLevel: "error",
  // The packed folder contains Dawn's native module.
  external: ["webgpu"],
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
});
