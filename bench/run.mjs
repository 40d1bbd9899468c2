// npm run bench: bundles the TypeScript of this folder, which Node 20 cannot run, and runs it.
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

const { build } = await import("esbuild");
mkdirSync(path(".cache"), { recursive: true });
await build({
  entryPoints: [path("main.ts"), path("engines/child.ts"), path("engines/startup.ts")],
  entryNames: "[name]",
  outdir: path(".cache"),
  outExtension: { ".js": ".mjs" },
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  packages: "external",
  sourcemap: true,
  logLevel: "error",
});
await import("./.cache/main.mjs");
