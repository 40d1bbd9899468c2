import { chmodSync, readFileSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { rolldown } from "rolldown";
import { bundledJpegJs } from "./bundledJpegJs.mjs";
import { isLazy, lazyModules } from "./lazyModules.mjs";
import { moduleGraph } from "./moduleGraph.mjs";

const PACKAGES = Object.keys(JSON.parse(readFileSync("package.json", "utf8")).dependencies);
const MAIN = "src/cli/main.ts";
const DETECT = ["src/cli/run.ts", "src/cli/commands/detect.ts"];
/**
 * Files, and what they hold: all that these modules import (and that those of `and` import as well), unless it is in a file
 * before. A start reads few files, and little that it does not use; who imports the library reads nothing of the command.
 */
const GROUPS = [
  { name: "main", roots: [MAIN] },
  { name: "images", roots: ["src/batch/imageWorker.ts", "src/batch/drawing.ts"] },
  // Of this name, src/platform/passedChecks.ts knows a built library.
  { name: "library", roots: DETECT, and: ["src/index.ts"] },
  { name: "detect", roots: DETECT },
];

/** Whether it comes with Node, or is installed with this package. */
const isInstalled = (id) =>
  id.startsWith("node:") || PACKAGES.some((name) => id === name || id.startsWith(`${name}/`));

/**
 * Bundles the library and the command for Node, with everything that package.json does not list as a dependency.
 * `outdir` must be two levels below the package's root, where the built files look for `weights`.
 *
 * @returns the paths of all files that are part of it.
 */
export async function buildNode(outdir) {
  const graph = moduleGraph();
  const bundle = await rolldown({
    input: { index: "src/index.ts", load: "src/load.ts", cli: MAIN, imageWorker: "src/batch/imageWorker.ts" },
    platform: "node",
    external: (id) => !isLazy(id) && isInstalled(id),
    transform: { target: "es2022" },
    checks: { ineffectiveDynamicImport: false },
    plugins: [bundledJpegJs, lazyModules, graph.plugin],
  });
  const groups = graph.groups(GROUPS).map((group) => ({
    ...group,
    // It awaits its command, and must not hold up what that imports.
    test: (id) => id !== resolve(MAIN) && group.test(id),
  }));
  rmSync(outdir, { recursive: true, force: true });
  await bundle.write({
    dir: outdir,
    format: "esm",
    chunkFileNames: "[name]-[hash].js",
    comments: { legal: true, annotation: false, jsdoc: false },
    codeSplitting: { groups },
  });
  await bundle.close();
  chmodSync(`${outdir}/cli.js`, 0o755);
  return graph.paths();
}
