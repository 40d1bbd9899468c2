// Makes the pictures of docs/triplets.md, and what stands there between its marks, with the program's own modules;
// --check only says whether what is there is the same, byte for byte.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const PAGE = "docs/triplets.md";
const FOLDER = "docs/triplets";
const MARKED = /(?<=<!-- explanation: node scripts\/tripletPictures.mjs writes this -->\n\n```\n)[^`]*/;

const { tripletPictures, kiteExplanation } = await modules();
const page = readFileSync(PAGE, "utf8");
if (!MARKED.test(page))
  throw new Error(`${PAGE}: expected the mark of the explanation and a block behind it`);
const pictures = [...(await tripletPictures())].map(([name, bytes]) => [join(FOLDER, name), bytes]);
const files = [...pictures, [PAGE, Buffer.from(page.replace(MARKED, kiteExplanation()))]];
const stale = files.filter(([path, bytes]) => !isWritten(path, bytes));

if (process.argv.includes("--check")) {
  if (stale.length > 0) {
    const paths = stale.map(([path]) => path).join(", ");
    console.error(`${paths}: not what the program makes. Run node scripts/tripletPictures.mjs.`);
    process.exit(1);
  }
  console.log(`${FOLDER}: the pictures are up to date`);
} else {
  for (const [path, bytes] of stale) writeFileSync(path, bytes);
  const kilobytes = pictures.reduce((sum, [, { length }]) => sum + length, 0) / 1000;
  console.log(
    `${FOLDER}: ${pictures.length} pictures of ${kilobytes.toFixed(0)} kB, ${stale.length} files written`,
  );
}

function isWritten(path, bytes) {
  try {
    return readFileSync(path).equals(bytes);
  } catch {
    return false;
  }
}

/** Node 20 reads no TypeScript. Inside the project, so that its dependencies are found. */
async function modules() {
  mkdirSync(".cache", { recursive: true });
  const folder = mkdtempSync(join(".cache", "pictures-"));
  try {
    const outfile = join(folder, "pictures.mjs");
    await build({
      entryPoints: ["scripts/tripletPictures/pictures.ts"],
      outfile,
      bundle: true,
      format: "esm",
      platform: "node",
      packages: "external",
      logLevel: "warning",
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
