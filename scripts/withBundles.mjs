// Bundles TypeScript modules and imports them, as Node 20 reads none. The bundles are made inside the project, so that its
// dependencies are found.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

/** Calls `use` with a function that imports a file, with further options of esbuild if need be. */
export async function withBundles(use) {
  mkdirSync(".cache", { recursive: true });
  const folder = mkdtempSync(join(".cache", "bundle-"));
  let count = 0;
  const importBundled = async (file, options = {}) => {
    const outfile = join(folder, `${count++}.mjs`);
    await build({
      ...{ entryPoints: [file], outfile, bundle: true, format: "esm", platform: "node" },
      ...{ packages: "external", logLevel: "warning", ...options },
    });
    return import(pathToFileURL(outfile).href);
  };
  try {
    return await use(importBundled);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
