// Draws the picture of docs/deformable.md with the network itself. With --check it writes nothing and fails if the file
// differs.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const FILE = "docs/deformable.svg";

const { deformablePicture } = await pictureModule();
const picture = await deformablePicture();
const isStale = !existsSync(FILE) || readFileSync(FILE, "utf8") !== picture;

if (process.argv.includes("--check")) {
  if (isStale) {
    console.error(`${FILE}: out of date. Run node scripts/deformablePicture.mjs.`);
    process.exit(1);
  }
  console.log(`${FILE}: up to date`);
} else {
  if (isStale) writeFileSync(FILE, picture);
  console.log(`${FILE}: ${isStale ? "written" : "up to date"}`);
}

/** Node 20 cannot import TypeScript. */
async function pictureModule() {
  const { outputFiles } = await build({
    entryPoints: ["scripts/deformablePicture/picture.ts"],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    logLevel: "warning",
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}
