/**
 * The lines of the files that docs/reading.md asks to be read: in its tables, the second cell is the number of lines of
 * all files that the first one links to, and the row "together" has their sum. Writes the numbers; --check only says
 * whether they are right.
 *
 *     node scripts/readingLines.mjs [--check] [page]
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: "boolean", default: false } },
});
const [page = "docs/reading.md"] = positionals;

const faults = [];
let sum = 0;
let rows = 0;
const text = readFileSync(page, "utf8");
const written = text
  .split("\n")
  .map((line) => {
    const [, first, stated, rest] = /^\| (.+?) \| ([\d,]+) \|(.*)$/.exec(line) ?? [];
    if (first === undefined) return line;
    const lines = first === "together" ? sum : linesOf(first);
    sum = first === "together" ? 0 : sum + lines;
    rows++;
    const right = lines.toLocaleString("en");
    if (right !== stated) faults.push(`${page}: ${first} has ${right} lines, not ${stated}`);
    return `| ${first} | ${right} |${rest}`;
  })
  .join("\n");
if (rows === 0) throw new Error(`${page}: expected a table of files and their lines`);

if (values.check) {
  if (faults.length > 0) {
    console.error(`${faults.join("\n")}\nRun node scripts/readingLines.mjs.`);
    process.exit(1);
  }
} else if (written !== text) {
  writeFileSync(page, written);
}
console.log(`${page}: the line counts are right`);

/** Of all files that a cell links to. */
function linesOf(cell) {
  const paths = [...cell.matchAll(/\]\(([^)#\s]+)\)/g)].map(([, path]) => join(dirname(page), path));
  if (paths.length === 0) throw new Error(`${page}: expected a link in "${cell}"`);
  return paths.reduce((total, path) => total + readFileSync(path, "utf8").trimEnd().split("\n").length, 0);
}
