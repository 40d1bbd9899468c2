// Bundles the bench into one file with everything inside, for a machine that has nothing: node bundle.mjs <file>.
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
  // The packed folder has Dawn's module itself.
  external: ["webgpu"],
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
});
