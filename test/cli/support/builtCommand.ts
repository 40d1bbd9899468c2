import { execFileSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll } from "vitest";

const ROOT = new URL("../../../", import.meta.url).pathname;
/** The command as it ships, built for this test file. Two folders below the package's, as the shipped one is. */
export const CLI = join(ROOT, `.cache/cli-${process.pid}/cli.js`);

/** Builds it before the file's tests, and removes it after them. */
export function useBuiltCommand(): void {
  beforeAll(() => {
    const build = `import { buildNode } from "./scripts/buildNode.mjs"; await buildNode("${dirname(CLI)}");`;
    execFileSync(process.execPath, ["--input-type=module", "-e", build], { cwd: ROOT });
  });
  afterAll(() => rm(dirname(CLI), { recursive: true, force: true }));
}
