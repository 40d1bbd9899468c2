import { existsSync, readFileSync, writeFileSync } from "node:fs";

/**
 * Writes `text` between two marks of a page, `<!-- name: script writes this -->` and `<!-- end of name -->`. With
 * --check it only says whether the text is already there, and the process exits with 1 if it is not.
 */
export function writePagePart({ page, name, script, text }) {
  const start = `<!-- ${name}: ${script} writes this -->\n`;
  const end = `<!-- end of ${name} -->`;
  const old = readFileSync(page, "utf8");
  const from = old.indexOf(start);
  const to = old.indexOf(end);
  if (from === -1 || to < from) throw new Error(`${page}: expected ${start.trim()} and ${end}`);
  const written = `${old.slice(0, from)}${start}\n${text}\n\n${old.slice(to)}`;
  if (!process.argv.includes("--check")) {
    writeFileSync(page, written);
    return;
  }
  if (written !== old) {
    console.error(`${page}: "${name}" is out of date. Run ${script}.`);
    process.exit(1);
  }
  console.log(`${page}: "${name}" is up to date`);
}

/** Rows of cells as a table of Markdown; the first row is the heading. */
export function markdownTable([head, ...rows]) {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Writes a whole file, or says with --check whether it is as it should be. */
export function writeWhole({ path, script, text }) {
  if (!process.argv.includes("--check")) {
    writeFileSync(path, text);
    return;
  }
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) {
    console.error(`${path} is out of date. Run ${script}.`);
    process.exit(1);
  }
  console.log(`${path}: up to date`);
}
