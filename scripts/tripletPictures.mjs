// Draws the pictures of docs/triplets.md with the project's own modules, and writes the explanation between the
// page's marks. With --check it writes nothing and fails if a file differs.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { withBundles } from "./withBundles.mjs";

const PAGE = "docs/triplets.md";
const MARKED = /(?<=<!-- explanation: node scripts\/tripletPictures.mjs writes this -->\n\n```\n)[^`]*/;

const { svgs, explanation } = await withBundles(async (importBundled) => {
  const { tripletPictures, kiteExplanation } = await importBundled("scripts/tripletPictures/pictures.ts");
  return { svgs: await tripletPictures(), explanation: kiteExplanation() };
});
const page = readFileSync(PAGE, "utf8");
if (!MARKED.test(page)) throw new Error(`${PAGE}: expected the mark of the explanation, then a code block`);
const pictures = Object.entries(svgs);
const files = [
  ...pictures.map(([name, svg]) => [`docs/triplets/${name}`, svg]),
  [PAGE, page.replace(MARKED, () => explanation)],
];
const stale = files.filter(([path, text]) => !existsSync(path) || readFileSync(path, "utf8") !== text);

if (process.argv.includes("--check")) {
  if (stale.length > 0) {
    const paths = stale.map(([path]) => path).join(", ");
    console.error(`${paths}: out of date. Run node scripts/tripletPictures.mjs.`);
    process.exit(1);
  }
  console.log(`${PAGE}: the pictures are up to date`);
} else {
  for (const [path, text] of stale) writeFileSync(path, text);
  console.log(`${PAGE}: ${pictures.length} pictures, ${stale.length} files written`);
}
