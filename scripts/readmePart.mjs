import { readFileSync, writeFileSync } from "node:fs";

/** Writes `text` between two marks of the README; with --check it only says whether it stands there already. */
export function writeReadmePart({ what, script, start, end, text }) {
  const readme = readFileSync("README.md", "utf8");
  const from = readme.indexOf(start);
  const to = readme.indexOf(end);
  if (from === -1 || to === -1) throw new Error(`README.md: expected the marks of ${what}`);
  const written = `${readme.slice(0, from)}${start}\n${text}\n\n${readme.slice(to)}`;
  if (!process.argv.includes("--check")) {
    writeFileSync("README.md", written);
    return;
  }
  if (written !== readme) {
    console.error(`README.md: ${what} is not what it should be. Run ${script}.`);
    process.exit(1);
  }
  console.log(`README.md: ${what} is up to date`);
}
