// Bundles digest.ts, as Node 20 reads no TypeScript, and runs it. What it does and how to use it: digest.ts.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

// Inside the project, so that its dependencies are found.
mkdirSync(".cache", { recursive: true });
const folder = mkdtempSync(join(".cache", "digest-"));
try {
  const outfile = join(folder, "digest.mjs");
  await build({
    entryPoints: ["scripts/digest.ts"],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    logLevel: "warning",
  });
  await import(pathToFileURL(outfile).href);
} finally {
  rmSync(folder, { recursive: true });
}
