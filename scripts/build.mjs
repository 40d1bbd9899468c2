// Builds dist/: one bundle a platform, with gpu.js inside (whoever installs the package must not get its
// 84 MB of native dependencies), and the type declarations.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { build } from "esbuild";

rmSync("dist", { recursive: true, force: true });

const shared = {
  bundle: true,
  format: "esm",
  target: "es2022",
  sourcemap: true,
  // What package.json lists as dependencies is installed beside the package; the rest goes in.
  external: ["ndarray", "jpeg-js", "fast-png", "commander", "cli-progress", "tinyglobby"],
  logLevel: "warning",
};

await build({
  ...shared,
  entryPoints: { index: "src/index.ts", cli: "src/cli/main.ts" },
  outdir: "dist/node",
  platform: "node",
  splitting: true,
  // gpu.js is CommonJS and requires Node's own modules.
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
});
await build({
  ...shared,
  entryPoints: { index: "src/index.ts" },
  outdir: "dist/browser",
  platform: "browser",
});
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], {
  stdio: "inherit",
});
