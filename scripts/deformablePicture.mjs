// Draws the picture of docs/deformable.md with the network itself. With --check it writes nothing and fails if the file
// differs.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { withBundles } from "./withBundles.mjs";

const FILE = "docs/deformable.svg";

const picture = await withBundles(async (importBundled) => {
  const { deformablePicture } = await importBundled("scripts/deformablePicture/picture.ts");
  return deformablePicture();
});
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
