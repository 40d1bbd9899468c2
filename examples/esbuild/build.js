import { cpSync, readdirSync } from "node:fs";
import { build } from "esbuild";

await build({
  entryPoints: ["main.js"],
  bundle: true,
  format: "esm",
  splitting: true,
  minify: true,
  outdir: "dist",
});
cpSync("index.html", "dist/index.html");
// esbuild copies no files. The bundle looks for the weights two folders up, and no URL leads above a server's root.
cpSync("node_modules/centernet/weights", "dist/weights", { recursive: true });
// The kernels' compiled code is looked for beside the bundle; without these files it is part of the code.
const library = "node_modules/centernet/dist/browser";
for (const name of readdirSync(library).filter((name) => name.endsWith(".wasm")))
  cpSync(`${library}/${name}`, `dist/${name}`);
