// Runs what pages show, in their order, in a fresh clone of this repository: each line of the `sh` blocks and each
// `js` block, which imports the package by its name. Commands given as arguments are left out: CI has run them already.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PAGES = ["README.md", "docs/usage.md"];

// A reader has neither the golden data nor what CI sets up to leave nothing out.
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith("CENTERNET_")),
);

const leftOut = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "centernet-readme-"));
const start = performance.now();
let count = 0;
try {
  execFileSync("git", ["clone", "--quiet", ".", folder], { stdio: "inherit" });
  for (const page of PAGES) {
    const blocks = [...readFileSync(page, "utf8").matchAll(/^```(sh|js)\n([\s\S]*?)^```/gm)];
    if (blocks.length === 0) throw new Error(`${page} has no commands`);
    for (const [, language, text] of blocks) {
      if (language === "js") runProgram(page, text);
      else for (const command of text.trim().split("\n")) runCommand(page, command);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const seconds = ((performance.now() - start) / 1000).toFixed(0);
console.log(`\n${count} commands and programs of ${PAGES.join(" and ")} ran in ${seconds} s`);

function runCommand(page, command) {
  const parts = command.split(" && ").filter((part) => !leftOut.includes(part));
  if (parts.length === 0) return;
  console.log(`\n${page}$ ${parts.join(" && ")}`);
  execFileSync("bash", ["-c", parts.join(" && ")], { cwd: folder, env, stdio: "inherit" });
  count++;
}

/** In the clone, whose package.json makes the package's name lead to its own build. */
function runProgram(page, text) {
  writeFileSync(join(folder, "page.mjs"), text);
  runCommand(page, "node page.mjs");
}
