import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

const pages = [
  "README.md",
  ...readdirSync("docs")
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];

test.each(pages)("the files that %s links to exist", (page) => {
  const links = [...readFileSync(page, "utf8").matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(
    ([, path]) => path,
  );
  const files = links.filter((path) => !path.includes("://"));
  const missing = files.filter((path) => !existsSync(join(dirname(page), path)));
  expect(missing).toEqual([]);
});

test("the pages show every image of docs/triplets", () => {
  const text = readFileSync("docs/triplets.md", "utf8");
  for (const name of readdirSync("docs/triplets")) expect(text).toContain(`(triplets/${name})`);
});

describe("names of the code in pages", () => {
  const folder = mkdtempSync(join(tmpdir(), "centernet-docs-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The page's text after the script has gone over it, or what the script says. */
  function linked(page: string, { check = false } = {}): string {
    const path = join(folder, "page.md");
    writeFileSync(path, page);
    writeFileSync(
      join(folder, "code.ts"),
      "export const ONE = 1;\n\nexport function two(\n  a: number,\n): number {\n  return a;\n}\n",
    );
    try {
      execFileSync("node", ["scripts/codeLines.mjs", ...(check ? ["--check"] : []), path], { stdio: "pipe" });
    } catch (error) {
      return String((error as { stderr: Buffer }).stderr);
    }
    return readFileSync(path, "utf8");
  }

  test("lead to the lines of their declarations", () => {
    expect(linked("[`ONE`](code.ts) [`two`](code.ts#L9)")).toBe("[`ONE`](code.ts#L1) [`two`](code.ts#L3-L7)");
    expect(linked("[`ONE`](code.ts#L1)", { check: true })).toBe("[`ONE`](code.ts#L1)");
  });

  test("are refused where the lines or the names are not there", () => {
    expect(linked("[`ONE`](code.ts#L2)", { check: true })).toContain("ONE stands at #L1");
    expect(linked("[`three`](code.ts)")).toContain("code.ts declares no three");
    expect(linked("[`ONE`](other.ts)")).toContain("other.ts declares no ONE");
  });

  test("are right in docs/triplets.md", () => {
    const said = execFileSync("node", ["scripts/codeLines.mjs", "--check"], { encoding: "utf8" });
    expect(said).toContain("docs/triplets.md");
  });
});
