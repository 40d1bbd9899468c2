/**
 * The lines of code that pages of documentation name: a link [`name`](path) to a file of TypeScript leads to the
 * lines of that name's declaration. Writes them into the pages; --check only says whether they are right.
 *
 *     node scripts/codeLines.mjs [--check] [page…]
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: "boolean", default: false } },
});
const pages = positionals.length > 0 ? positionals : ["docs/triplets.md"];

const faults = [];
for (const page of pages) {
  const text = readFileSync(page, "utf8");
  const written = text.replaceAll(/\[`(\w+)`\]\(([^)#]+\.ts)(#[^)]*)?\)/g, (_, name, path, lines = "") => {
    const right = linesOf(name, join(dirname(page), path));
    if (right === undefined) faults.push(`${page}: ${path} declares no ${name}`);
    else if (right !== lines) faults.push(`${page}: ${name} stands at ${right}, not at "${lines}"`);
    return `[\`${name}\`](${path}${right ?? lines})`;
  });
  if (!values.check && written !== text) writeFileSync(page, written);
}

const wrong = values.check ? faults : faults.filter((fault) => fault.includes("declares no"));
if (wrong.length > 0) {
  console.error(`${wrong.join("\n")}\nRun node scripts/codeLines.mjs.`);
  process.exit(1);
}
console.log(`${pages.join(", ")}: every name of the code leads to its lines`);

/** From the declaration's first line to the one that closes it, as biome formats them. */
function linesOf(name, path) {
  if (!existsSync(path)) return undefined;
  const lines = readFileSync(path, "utf8").split("\n");
  const declaration = new RegExp(
    `^(export )?(abstract )?(async )?(function|const|class|interface|type) ${name}\\b`,
  );
  const first = lines.findIndex((line) => declaration.test(line));
  if (first === -1) return undefined;
  if (lines[first].endsWith(";")) return `#L${first + 1}`;
  const closes = (line) => /^[})\]]/.test(line) && !/[{([]$|=>$/.test(line);
  const last = lines.findIndex((line, index) => index > first && closes(line));
  return last === -1 ? `#L${first + 1}` : `#L${first + 1}-L${last + 1}`;
}
