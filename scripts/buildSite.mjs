// Builds the page into dist/site: its code, small copies of the sample images, and the list of included weights. The
// library must have been built.
//
//     npm run site                        for `centernet serve`
//     npm run site -- --static FOLDER     and a copy with its weights for any web host
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { writeStaticSite } from "./staticSite.mjs";

const SAMPLES = ["people.jpg", "astronaut.png", "grace-hopper.jpg", "cat.png", "rocket.jpg"];

export async function buildSite() {
  await build({ configFile: "site/vite.config.ts", logLevel: "warn" });
  const { decodeImage, encodeJpeg } = await import(resolve("dist/node/index.js"));
  mkdirSync("dist/site/samples", { recursive: true });
  for (const name of SAMPLES) {
    const bytes = readFileSync(`samples/${name}`);
    const small = name.endsWith(".jpg") ? bytes : encodeJpeg(decodeImage(bytes, name));
    writeFileSync(`dist/site/samples/${name.replace(/\.png$/, ".jpg")}`, small);
  }
  // `centernet serve` answers with a list of its own, which has the pulled archives too.
  writeFileSync("dist/site/models.json", `${JSON.stringify(includedModels())}\n`);
  compress("dist/site/assets");
}

function includedModels() {
  const files = readdirSync("weights").filter((name) => name.endsWith(".safetensors"));
  return files.map((name) => ({
    name: name.replace(/\.safetensors$/, ""),
    file: `weights/${name}`,
    bytes: statSync(join("weights", name)).size,
  }));
}

/** `centernet serve` sends these to browsers that take them. */
function compress(folder) {
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name));
    const packed = gzipSync(bytes, { level: 9 });
    if (packed.length < 0.9 * bytes.length) writeFileSync(join(folder, `${name}.gz`), packed);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { static: { type: "string" } } });
  await buildSite();
  if (values.static) await writeStaticSite(values.static);
}
