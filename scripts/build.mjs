// Builds dist/: one bundle for each platform, the type declarations, and the licenses of what was bundled. dist/node
// contains gpu.js, whose 84 MB of native dependencies nobody should have to install, but not the dependencies in
// package.json: an audit sees those. dist/browser contains everything.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildBrowser, ENTRIES } from "./buildBrowser.mjs";
import { buildNode } from "./buildNode.mjs";
import { buildSite } from "./buildSite.mjs";
import { buildThreadCode } from "./buildThreadCode.mjs";
import { buildWasm } from "./buildWasm.mjs";
import { pruneDeclarations } from "./pruneDeclarations.mjs";

rmSync("dist", { recursive: true, force: true });

await buildWasm();
await buildThreadCode();
const node = await buildNode("dist/node");

const browser = await buildBrowser("dist/browser");

const typescript = "node_modules/typescript/bin/tsc";
execFileSync(process.execPath, [typescript, "-p", "tsconfig.build.json"], { stdio: "inherit" });
pruneDeclarations(
  "dist/types",
  ENTRIES.map((entry) => `${entry}.d.ts`),
);
// For programs that import the browser's build by its path.
for (const entry of ENTRIES)
  writeFileSync(`dist/browser/${entry}.d.ts`, `export * from "../types/${entry}.js";\n`);

await buildSite();

const PAGE_PACKAGES = ["preact", "@preact/signals", "@preact/signals-core"].map(
  (name) => `node_modules/${name}`,
);
const bundled = [...node, ...browser].map(packageFolder);
const folders = [...new Set([...bundled.filter(Boolean), ...PAGE_PACKAGES])].sort();
writeFileSync("dist/THIRD-PARTY-NOTICES.txt", folders.map(notice).join(`\n${"-".repeat(80)}\n\n`));

function packageFolder(input) {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
}

function notice(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8") : license;
  return `${name} ${version} (${license})\n\n${text}\n`;
}
