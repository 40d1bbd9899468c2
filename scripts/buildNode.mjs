import { chmodSync, readFileSync } from "node:fs";
import { build } from "esbuild";

const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));

export const shared = {
  bundle: true,
  format: "esm",
  target: "es2022",
  metafile: true,
  logLevel: "warning",
};

/**
 * Bundles the library and the command for Node, with everything that package.json does not list as a dependency.
 * `outdir` must be two levels below the package's root, where the built files look for `weights`.
 */
export async function buildNode(outdir) {
  const result = await build({
    ...shared,
    entryPoints: { index: "src/index.ts", cli: "src/cli/main.ts", imageWorker: "src/batch/imageWorker.ts" },
    outdir,
    platform: "node",
    splitting: true,
    external: Object.keys(dependencies),
    // gpu.js is CommonJS and requires Node's built-in modules.
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
  });
  chmodSync(`${outdir}/cli.js`, 0o755);
  return result;
}
