// Builds the page into dist/site: its code, and small copies of the sample images. The library must have been built.
//
//     npm run site                        for `centernet serve`
//     npm run site -- --static FOLDER     and a copy with its weights for any web host
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
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
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { static: { type: "string" } } });
  await buildSite();
  if (values.static) await writeStaticSite(values.static);
}
