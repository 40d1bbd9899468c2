// The built page for a web host that sets no headers: one folder with everything, and a service worker of its own.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { withBundles } from "./withBundles.mjs";

const SERVICE_WORKER = "service-worker.js";

/** Writes the page from dist/site, with the weights, into a folder that is empty or holds an earlier page. */
export async function writeStaticSite(folder) {
  empty(folder);
  cpSync("dist/site", folder, { recursive: true, filter: (path) => !/\.(gz|map)$/.test(path) });
  cpSync("weights", join(folder, "weights"), { recursive: true });
  // Jekyll, which GitHub runs over branches, would leave out names that begin with an underscore.
  writeFileSync(join(folder, ".nojekyll"), "");
  await bundle("isolate", join(folder, "isolate.js"), {});
  const index = join(folder, "index.html");
  writeFileSync(index, await withPolicy(readFileSync(index, "utf8")));

  const files = filesBelow(folder).filter((path) => !path.startsWith("."));
  const hash = createHash("sha256");
  for (const path of files) hash.update(`${path}\n`).update(readFileSync(join(folder, path)));
  await bundle("serviceWorker", join(folder, SERVICE_WORKER), {
    BUILD: JSON.stringify(hash.digest("hex").slice(0, 16)),
    FILES: JSON.stringify(files.filter((path) => !path.startsWith("weights/"))),
  });
}

function empty(folder) {
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length === 0) return;
  if (!existsSync(join(folder, SERVICE_WORKER))) {
    throw new Error(`${folder}: expected an empty folder, or one with an earlier page, got other files.`);
  }
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
}

/** A host that sets no headers can send the policy in the page alone. It goes before everything that it covers. */
async function withPolicy(html) {
  const { PAGE_POLICY } = await withBundles((load) => load("src/cli/serve/pageHeaders.ts"));
  const head = [
    `<meta http-equiv="Content-Security-Policy" content="${PAGE_POLICY}" />`,
    '<script src="./isolate.js"></script>',
  ];
  return html.replace(/(<meta charset="[^"]*"\s*\/?>)/, (charset) => [charset, ...head].join("\n    "));
}

function bundle(name, outfile, define) {
  const entryPoints = [`scripts/staticSite/${name}.ts`];
  return build({
    entryPoints,
    outfile,
    define,
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
  });
}

/** Paths with slashes, in an order of their own. */
function filesBelow(folder, prefix = "") {
  return readdirSync(join(folder, prefix), { withFileTypes: true })
    .flatMap((entry) => {
      const path = prefix + entry.name;
      return entry.isDirectory() ? filesBelow(folder, `${path}/`) : [path];
    })
    .sort();
}
