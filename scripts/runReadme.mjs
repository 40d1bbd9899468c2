// Runs every command of the README's `sh` blocks, in their order, in a fresh clone of this repository.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const readme = readFileSync("README.md", "utf8");
const commands = [...readme.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block]) =>
  block.trim().split("\n"),
);
if (commands.length === 0) throw new Error("the README has no commands");

// A reader has neither the golden data nor what CI sets up to leave nothing out.
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith("CENTERNET_")),
);

const folder = mkdtempSync(join(tmpdir(), "centernet-readme-"));
try {
  execFileSync("git", ["clone", "--quiet", ".", folder], { stdio: "inherit" });
  for (const command of commands) {
    console.log(`\n$ ${command}`);
    execFileSync("bash", ["-c", command], { cwd: folder, env, stdio: "inherit" });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\n${commands.length} commands of the README ran`);
